"""Nothing a caller asks for is ignored in silence: each member is shown, kept, or refused by name.

Every member that botocore's model has is asked for, one at a time, beside a request that is the
same without it. What becomes of each is in the tables of inputs.py; a member that a newer model
adds fails here until somebody decides.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from seaway.aws import autoscaling, ec2, ecs, elbv2, servicediscovery
from seaway.core.compute import AutoScalingGroup, LaunchSource
from seaway.core.launch import Launch
from seaway.store.tables import TABLES
from tests.authorities import an_authority
from tests.aws.inputs import CASES, Case
from tests.aws.members import input_shape, members, probe
from tests.aws.wired import Wired
from tests.builders import CLUSTER, HOME, an_instance
from tests.handlers import Counted

Answer = tuple[str, list[list[Any]]]


class _Undone(Exception):
    """Ends a probe, so that the next one finds the world as it was."""


class World:
    """All services on one store, with one of everything that the requests refer to."""

    def __init__(self) -> None:
        services = (autoscaling, ec2, ecs, elbv2, servicediscovery)
        handlers = [handler for service in services for handler in service.operations()]
        self.token = Counted()
        self.wired = Wired(handlers)
        self.known: dict[str, str] = {}
        self._clients: dict[str, Any] = {}
        self._plain: dict[str, Answer] = {}
        self._make_networks()
        self._make_balancers()
        self._make_names()
        self._make_services()

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self.wired.client(service)
        return self._clients[service]

    def plain(self, service: str, operation: str, base: dict[str, Any]) -> Answer:
        """What ``ask`` gives for a request that many probes are compared with."""
        key = f"{service} {operation} {json.dumps(base)}"
        if key not in self._plain:
            self._plain[key] = self.ask(service, operation, base)
        return self._plain[key]

    def ask(self, service: str, operation: str, request: dict[str, Any]) -> Answer:
        """The answer (or ``refused: …``) and all that is in the store then; leaves no trace."""
        given = self._named(request)
        self.wired._token.number = 10_000
        call = self.client(service)._make_api_call
        answer, state = "", []
        try:
            with self.wired.store.transaction() as tx, tx.attempt():
                try:
                    shown = call(operation, given)
                    del shown["ResponseMetadata"]
                    answer = json.dumps(shown, default=str, sort_keys=True)
                except ClientError as error:
                    answer = f"refused: {error.response['Error']['Message']}"
                state = [tx.where(table.noun) for table in TABLES if table.noun is not Launch]
                # A launch remembers a digest of the whole request: that says nothing here.
                state.append([launch.key for launch in tx.where(Launch)])
                raise _Undone
        except _Undone:
            return answer, state

    def _named(self, request: Any) -> Any:
        text = json.dumps(request)
        for name, value in self.known.items():
            text = text.replace(f'"{{{name}}}"', json.dumps(value))
        return json.loads(text)

    def _make_networks(self) -> None:
        client, known = self.client("ec2"), self.known
        for name, number in (("vpc", 0), ("other-vpc", 1)):
            known[name] = client.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"]
        for number, zone in enumerate("abc"):
            made = client.create_subnet(
                VpcId=known["vpc"],
                CidrBlock=f"10.0.{number}.0/24",
                AvailabilityZone=f"us-east-1{zone}",
            )
            known[f"subnet-{zone}"] = made["Subnet"]["SubnetId"]
        group = client.create_security_group(GroupName="web", Description="web", VpcId=known["vpc"])
        known["security-group"] = group["GroupId"]

    def _make_balancers(self) -> None:
        client, known = self.client("elbv2"), self.known
        for name in ("one", "two", "free", "spare"):
            made = client.create_target_group(
                Name=name, Protocol="HTTP", Port=80, VpcId=known["vpc"]
            )
            known[f"group-{name}"] = made["TargetGroups"][0]["TargetGroupArn"]
        for prefix, group in (("", "group-one"), ("other-", "group-two")):
            made = client.create_load_balancer(
                Name=f"{prefix}web", Subnets=[known["subnet-a"], known["subnet-b"]]
            )
            known[f"{prefix}balancer"] = made["LoadBalancers"][0]["LoadBalancerArn"]
            made = client.create_listener(
                LoadBalancerArn=known[f"{prefix}balancer"],
                Protocol="HTTP",
                Port=80,
                DefaultActions=[{"Type": "forward", "TargetGroupArn": known[group]}],
            )
            known[f"{prefix}listener"] = made["Listeners"][0]["ListenerArn"]

    def _make_names(self) -> None:
        client, known = self.client("servicediscovery"), self.known
        for name in ("shop", "other"):
            client.create_http_namespace(Name=name)
        client.create_private_dns_namespace(Name="corp", Vpc=known["vpc"])
        found = {one["Name"]: one["Id"] for one in client.list_namespaces()["Namespaces"]}
        known |= {"namespace": found["shop"], "dns-namespace": found["corp"]}
        known["other-namespace"] = found["other"]
        for name in ("names", "other-names"):
            made = client.create_service(Name=name, NamespaceId=known["namespace"])
            known[name] = made["Service"]["Id"]
            known[f"{name}-arn"] = made["Service"]["Arn"]

    def _make_services(self) -> None:
        client, known = self.client("ecs"), self.known
        authority = an_authority()
        known["authority"] = authority.arn
        self.wired.put(authority)
        for name in ("machines", "others"):
            known[name] = f"arn:aws:autoscaling:{HOME}:autoScalingGroup:1:{name}"
            self.wired.put(
                AutoScalingGroup(
                    arn=known[name],
                    name=name,
                    created_at=1.0,
                    source=LaunchSource(),
                    minimum=0,
                    maximum=2,
                    desired=0,
                    subnets=(known["subnet-a"],),
                )
            )
        container = {
            "name": "web",
            "image": "web:1",
            "portMappings": [
                {"containerPort": 80, "name": "web", "appProtocol": "http"},
                {"containerPort": 81, "name": "admin"},
            ],
        }
        side = {"name": "side", "image": "side:1", "portMappings": [{"containerPort": 80}]}
        sizes = {"cpu": "256", "memory": "512", "containerDefinitions": [container, side]}
        tags = [{"key": "owner", "value": "us"}]
        client.register_task_definition(family="web", tags=tags, **sizes)
        client.register_task_definition(family="other", **sizes)
        client.register_task_definition(
            family="cabled", networkMode="awsvpc", **sizes | {"containerDefinitions": [container]}
        )
        for name in ("default", "fargate"):
            client.create_cluster(clusterName=name, capacityProviders=["FARGATE", "FARGATE_SPOT"])
            place: dict[str, Any] = {"cluster": CLUSTER.replace("/default", f"/{name}")}
            self.wired.put(
                an_instance(
                    arn=f"{place['cluster']}/i".replace("cluster", "container-instance"), **place
                )
            )
            for service in ("there", "elsewhere"):
                client.create_service(
                    cluster=name, serviceName=service, taskDefinition="web", desiredCount=1
                )


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    made = World()
    yield made
    made.wired.close()


def _name(case: Case) -> str:
    return f"{case.service}-{case.operation}"


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_every_member_has_its_effect_or_is_refused_by_name(world: World, case: Case) -> None:
    surprises: dict[str, str] = {}
    told: set[str] = set()
    for path in members(input_shape(case.service, case.operation)):
        refused = next((outer for outer in case.refused if _is_in(path, outer)), None)
        if refused in told:
            continue
        outcome = _outcome(world, case, path)
        kind = outcome.split(":")[0]
        if kind != ("refused" if refused else _expected(case, path)):
            surprises[path] = outcome
        elif refused and _names(refused.split(".")[-1], outcome):
            # The structure as a whole is refused: what else is in it need not be asked.
            told.add(refused)
    assert surprises == {}


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_the_tables_name_members_that_exist(case: Case) -> None:
    known = list(members(input_shape(case.service, case.operation)))
    named = {*case.kept, *case.effectless, *case.refused} - {"schedulingStrategy"}
    assert [name for name in named if not any(_is_in(path, name) for path in known)] == []


def _expected(case: Case, path: str) -> str:
    if any(_is_in(path, kept) for kept in case.kept):
        return "kept"
    return "ignored" if path in case.effectless else "shown"


def _is_in(path: str, outer: str) -> bool:
    return path == outer or path.startswith((f"{outer}.", f"{outer}["))


def _request(case: Case, path: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The request without the member and the one with it; nothing else differs."""
    inputs = input_shape(case.service, case.operation)
    fits = [
        prefix
        for prefix in case.beside
        if path == prefix or path.startswith((f"{prefix}.", f"{prefix}["))
    ]
    beside = case.beside[max(fits, key=len)] if fits else {}
    base = {k: v for k, v in {**case.base, **beside}.items() if v is not None}
    base = {k: v for k, v in base.items() if k in inputs.members}
    return base, probe(inputs, base, path, case.values.get(path))


def _outcome(world: World, case: Case, path: str) -> str:
    """``shown``, ``kept`` or ``ignored``; ``refused: …`` when by name, or ``misunderstood: …``."""
    base, asked = _request(case, path)
    before = world.plain(case.service, case.operation, base)
    after = world.ask(case.service, case.operation, asked)
    assert not before[0].startswith("refused"), before[0]
    if after[0].startswith("refused"):
        return after[0] if _names(path, after[0]) else f"misunderstood: {after[0]}"
    if after[0] != before[0]:
        return "shown"
    return "kept" if after[1] != before[1] else "ignored"


def _names(path: str, message: str) -> bool:
    """Whether a refusal says which member it is about: the member itself or what it is in."""
    words = {word.lower() for word in re.findall(r"[A-Za-z0-9]+", message)}
    run = re.sub(r"[^a-z0-9]", "", message.lower())
    for step in path.split("."):
        name = step.removesuffix("[]").lower()
        # AWS's own texts say "IP address type" for IpAddressType, "setting" for settings.
        if name in words or name.removesuffix("s") in words or (len(name) > 8 and name in run):
            return True
    return False
