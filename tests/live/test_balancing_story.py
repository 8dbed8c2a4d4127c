"""A service behind an application and a network load balancer at once, with TLS at both doors."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest

from tests.live.story import QUICKLY, Town, a_site, a_town, docker, eventually, needs_machine

pytestmark = needs_machine

PATH = "/cats/whoami"


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with a_site() as site:
        town = a_town(site, ["cats"])
        elbv2 = town.aws.elbv2
        certificate = certified(town)
        secure: dict[str, Any] = {"Certificates": [{"CertificateArn": certificate}]}
        town.groups = {
            kind: elbv2.create_target_group(
                Name=kind,
                Protocol=protocol,
                Port=80,
                VpcId=town.vpc,
                TargetType="ip",
                HealthCheckProtocol="HTTP",
                HealthCheckPath="/cats/",
                HealthCheckIntervalSeconds=5,
                HealthCheckTimeoutSeconds=2,
            )["TargetGroups"][0]["TargetGroupArn"]
            for kind, protocol in (("application", "HTTP"), ("network", "TCP"))
        }
        for kind, protocols in (("application", ("HTTP", "HTTPS")), ("network", ("TCP", "TLS"))):
            made = elbv2.create_load_balancer(Name=kind, Type=kind, Subnets=town.subnets)
            door = made["LoadBalancers"][0]
            town.groups[f"{kind}-door"] = door["DNSName"]
            for number, protocol in zip((80, 443), protocols, strict=True):
                elbv2.create_listener(
                    LoadBalancerArn=door["LoadBalancerArn"],
                    Protocol=protocol,
                    Port=number,
                    DefaultActions=[{"Type": "forward", "TargetGroupArn": town.groups[kind]}],
                    **(secure if number == 443 else {}),
                )
            waiter = elbv2.get_waiter("load_balancer_available")
            waiter.wait(LoadBalancerArns=[door["LoadBalancerArn"]], WaiterConfig=QUICKLY)
        town.definition("cats", fargate=True)
        town.aws.ecs.create_service(
            cluster="story",
            serviceName="cats",
            taskDefinition="cats",
            desiredCount=2,
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": {"subnets": town.subnets}},
            loadBalancers=[
                {"targetGroupArn": town.groups[kind], "containerName": "cats", "containerPort": 80}
                for kind in ("application", "network")
            ],
        )
        town.stable("cats")
        town.healthy("application", "network")
        yield town
        assert site.errors() == []


def acm(town: Town) -> Any:
    settings = town.site.settings
    return boto3.client(
        "acm",
        endpoint_url=settings.url,
        region_name=settings.region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def certified(town: Town) -> str:
    client = acm(town)
    arn = str(client.request_certificate(DomainName="*.pets.example")["CertificateArn"])
    client.get_waiter("certificate_validated").wait(CertificateArn=arn, WaiterConfig=QUICKLY)
    return arn


def trusting(town: Town) -> ssl.SSLContext:
    client = acm(town)
    arn = client.list_certificates()["CertificateSummaryList"][0]["CertificateArn"]
    chain = client.get_certificate(CertificateArn=arn)["CertificateChain"]
    return ssl.create_default_context(cadata=chain)


@pytest.mark.parametrize("kind", ["application", "network"])
def test_both_doors_lead_to_both_tasks_in_the_clear_and_by_tls(town: Town, kind: str) -> None:
    door, context = town.groups[f"{kind}-door"], trusting(town)
    plain = {asked(door) for _ in range(30)}
    assert ({status for status, _ in plain}, len(plain)) == ({200}, 2)
    by_tls = set()
    for _ in range(10):
        made = socket.create_connection((door, 443), timeout=5)
        with context.wrap_socket(made, server_hostname="cats.pets.example") as secure:
            secure.sendall(f"GET {PATH} HTTP/1.0\r\nhost: cats.pets.example\r\n\r\n".encode())
            answer = b"".join(iter(lambda: secure.recv(4096), b""))
            by_tls.add(answer.split(b" ")[1])
    assert by_tls == {b"200"}


def asked(door: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(door, 80, timeout=15)
    try:
        connection.request("GET", PATH)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@contextmanager
def callers(door: str, number: int) -> Iterator[Counter[str]]:
    """Callers that never rest; what befell each request."""
    seen: Counter[str] = Counter()
    over = threading.Event()

    def call() -> None:
        while not over.is_set():
            try:
                seen[str(asked(door)[0])] += 1
            except OSError as error:
                seen[repr(error)] += 1

    threads = [threading.Thread(target=call) for _ in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        over.set()
        for thread in threads:
            thread.join()


def test_a_task_that_is_killed_fails_no_request(town: Town) -> None:
    before = {task["taskArn"] for task in town.tasks("cats")}
    with callers(town.groups["application-door"], 6) as seen:
        eventually(lambda: seen["200"] > 200, "requests are answered")
        docker("kill", town.container(sorted(before)[0]))
        reached = seen["200"]
        eventually(lambda: seen["200"] > reached + 500, "and go on being answered")
        eventually(lambda: len(both(town) - before) == 1, "another task has taken its place")
    assert set(seen) == {"200"}


def both(town: Town) -> set[str]:
    return {task["taskArn"] for task in town.tasks("cats")}
