"""ECS service discovery: tasks are found by DNS, from inside tasks, without any proxy."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dns.message
import dns.query
import dns.rcode
import pytest

from seaway.core.zone import resolver_address
from tests.live.story import CLUSTER, Town, a_site, a_town, docker, eventually, needs_machine

pytestmark = needs_machine


CONNECTED = {
    "serviceConnectConfiguration": {
        "enabled": True,
        "services": [{"portName": "web", "clientAliases": [{"port": 80}]}],
    }
}


@dataclass
class Registered:
    """The town, its private namespace and the Cloud Map services in it."""

    town: Town
    namespace: str
    services: dict[str, str]
    """Ids, by name."""
    resolver: str

    def listed(self, name: str) -> set[str]:
        """The ids of the instances that Cloud Map has."""
        found = self.town.aws.servicediscovery.list_instances(ServiceId=self.services[name])
        return {one["Id"] for one in found["Instances"]}

    def ask(self, name: str, kind: str = "A", *, machine: bool = False) -> list[str]:
        """What the VPC's resolver, or the machine's, answers."""
        where = ("127.0.0.1", self.town.site.settings.dns_port) if machine else (self.resolver, 53)
        query = dns.message.make_query(name, kind)
        found = dns.query.udp(query, where[0], port=where[1], timeout=5)
        return sorted(item.to_text() for rrset in found.answer for item in rrset)

    def addresses(self, service: str) -> list[str]:
        """The addresses of its running tasks, by DescribeTasks."""
        return sorted(
            detail["value"]
            for task in self.town.tasks(service)
            for attachment in task["attachments"]
            for detail in attachment["details"]
            if detail["name"] == "privateIPv4Address"
        )

    def fetch(self, url: str) -> str:
        """The address a program in a task of web gets its answer from."""
        task = self.town.tasks("web")[0]["taskArn"]
        return self.town.inside(
            task, f"curl -s -o /dev/null --max-time 5 -w '%{{remote_ip}}' {url}"
        )


@pytest.fixture(scope="module")
def found() -> Iterator[Registered]:
    """Dogs on Fargate with A records, cats in bridge mode with SRV records, and a caller."""
    with a_site() as site:
        town = a_town(site)
        names = site.aws.servicediscovery
        names.create_private_dns_namespace(Name="pets.local", Vpc=town.vpc)
        (space,) = [
            one for one in names.list_namespaces()["Namespaces"] if one["Name"] == "pets.local"
        ]
        services, arns = {}, {}
        for name, kind in (("dogs", "A"), ("cats", "SRV")):
            made = names.create_service(
                Name=name,
                NamespaceId=space["Id"],
                DnsConfig={"DnsRecords": [{"Type": kind, "TTL": 10}]},
                HealthCheckCustomConfig={"FailureThreshold": 1},
            )["Service"]
            services[name], arns[name] = made["Id"], made["Arn"]
        registries: dict[str, dict[str, Any]] = {
            "dogs": {"registryArn": arns["dogs"]},
            "cats": {"registryArn": arns["cats"], "containerName": "cats", "containerPort": 80},
        }
        for name in ("web", "cats", "dogs"):
            town.definition(name, fargate=name == "dogs")
            more = {"serviceRegistries": [registries[name]]} if name in registries else CONNECTED
            town.create_service(name, fargate=name == "dogs", **more)
        town.stable("web", "cats", "dogs")
        (vpc,) = site.aws.ec2.describe_vpcs(VpcIds=[town.vpc])["Vpcs"]
        resolver = resolver_address(vpc["CidrBlock"])
        registered = Registered(town, space["Id"], services, resolver)
        for name in services:
            eventually(lambda name=name: len(registered.listed(name)) == 2, f"{name} is listed")
        yield registered
        # The machine's own programs reach the names of one Seaway at a time.
        assert [line for line in site.errors() if "127.254.0.0/16" not in line] == []


def test_a_name_gives_the_addresses_of_the_tasks_and_leads_to_them(found: Registered) -> None:
    addresses = found.addresses("dogs")
    assert len(addresses) == 2
    eventually(lambda: found.ask("dogs.pets.local") == addresses, "both are told")
    reached = Counter(found.fetch("http://dogs.pets.local/whoami") for _ in range(12))
    assert set(reached) <= set(addresses)
    assert reached.total() == 12


def test_srv_records_lead_to_instances_and_host_ports(found: Registered) -> None:
    eventually(lambda: len(found.ask("cats.pets.local", "SRV")) == 2, "both are told")
    for record in found.ask("cats.pets.local", "SRV"):
        _, _, port, target = record.split()
        url = f"http://{target.rstrip('.')}:{port}/whoami"
        assert found.fetch(url) == found.ask(target)[0]
        assert target.partition(".")[0] in found.listed("cats")


def test_the_machine_s_own_programs_ask_on_the_loopback(found: Registered) -> None:
    answered = found.ask("dogs.pets.local", machine=True)
    assert answered == found.addresses("dogs")


def test_service_connect_s_names_are_the_machine_s_and_no_vpc_s(found: Registered) -> None:
    (address,) = found.ask("web.story.local", machine=True)
    assert address.startswith("127.254.")
    assert found.ask("web.story.local") == []


def test_an_unhealthy_instance_is_not_told_and_a_stopped_one_is_gone(found: Registered) -> None:
    names, town = found.town.aws.servicediscovery, found.town
    task = town.tasks("dogs")[0]
    id = task["taskArn"].rsplit("/", 1)[-1]
    before = found.addresses("dogs")
    (ill,) = [
        detail["value"]
        for attachment in task["attachments"]
        for detail in attachment["details"]
        if detail["name"] == "privateIPv4Address"
    ]
    names.update_instance_custom_health_status(
        ServiceId=found.services["dogs"], InstanceId=id, Status="UNHEALTHY"
    )
    eventually(lambda: found.ask("dogs.pets.local") == sorted({*before} - {ill}), "it is left out")
    town.aws.ecs.stop_task(cluster=CLUSTER, task=task["taskArn"])
    eventually(lambda: id not in found.listed("dogs"), "it is taken out")
    town.stable("dogs")
    eventually(lambda: len(found.listed("dogs")) == 2, "another took its place")
    eventually(lambda: found.ask("dogs.pets.local") == found.addresses("dogs"), "which is told")


def test_names_go_on_while_the_control_plane_is_killed(found: Registered) -> None:
    site, before = found.town.site, found.ask("dogs.pets.local")
    caller = found.town.container(found.town.tasks("web")[0]["taskArn"])
    server = name_server(found)
    site.kill()
    assert found.ask("dogs.pets.local") == before
    command = "curl -s -o /dev/null --max-time 5 -w '%{remote_ip}' http://dogs.pets.local/whoami"
    assert docker("exec", caller, "sh", "-c", command) in before
    site.start()
    eventually(lambda: site.status()["proxy"]["connected"], "the machine is looked after again")
    assert name_server(found) == server, "it was adopted, not replaced"


def test_a_killed_name_server_is_replaced(found: Registered) -> None:
    before = name_server(found)
    os.kill(before, signal.SIGKILL)

    def answers() -> bool:
        try:
            return found.ask("dogs.pets.local") == found.addresses("dogs")
        except (OSError, dns.exception.DNSException):
            return False

    eventually(answers, "another one answers")
    assert name_server(found) != before


def test_the_cloud_map_service_stays_when_the_ecs_service_goes(found: Registered) -> None:
    town = found.town
    town.aws.ecs.delete_service(cluster=CLUSTER, service="cats", force=True)
    eventually(lambda: not found.listed("cats"), "nothing is listed")
    query = dns.message.make_query("cats.pets.local", "SRV")

    def is_gone() -> bool:
        answer = dns.query.udp(query, found.resolver, timeout=5)
        return answer.rcode() is dns.rcode.NXDOMAIN

    eventually(is_gone, "the name is gone")
    shown = town.aws.servicediscovery.get_service(Id=found.services["cats"])["Service"]
    assert shown["InstanceCount"] == 0


def name_server(found: Registered) -> int:
    """The process that answers for this Seaway."""
    book = str(found.town.site.settings.dns_dir / "book.json").encode()
    pids = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if book in process.read_bytes().split(b"\0"):
                pids.append(int(process.parent.name))
        except OSError:
            continue
    (pid,) = pids
    return pid
