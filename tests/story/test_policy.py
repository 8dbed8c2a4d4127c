"""Policies as a tutorial: what any AWS client tags holds for running tasks at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from seaway.core.mesh.proxy import Forward, Refusal, Routing, Upstream
from tests.story.stage import HOST, Stage, a_stage, eventually


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with a_stage(tmp_path_factory.mktemp("policy")) as stage:
        aws = stage.aws
        vpc = aws.ec2.create_vpc(CidrBlock="10.51.0.0/16")["Vpc"]["VpcId"]
        subnet = aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.51.1.0/24")["Subnet"]["SubnetId"]
        aws.ecs.create_cluster(
            clusterName="pets", serviceConnectDefaults={"namespace": "pets.local"}
        )
        for name in ("cats", "web"):
            run(stage, name, subnet)
        waiter = aws.ecs.get_waiter("services_stable")
        waiter.wait(
            cluster="pets",
            services=["cats", "web"],
            WaiterConfig={"Delay": 0.1, "MaxAttempts": 150},
        )
        yield stage


def run(stage: Stage, name: str, subnet: str) -> None:
    port = {"containerPort": 80, "name": name, "appProtocol": "http"}
    stage.aws.ecs.register_task_definition(
        family=name,
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        containerDefinitions=[{"name": name, "image": f"{name}:1", "portMappings": [port]}],
    )
    offers = [{"portName": "cats", "clientAliases": [{"port": 80, "dnsName": "cats"}]}]
    stage.aws.ecs.create_service(
        cluster="pets",
        serviceName=name,
        taskDefinition=name,
        desiredCount=1,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet]}},
        serviceConnectConfiguration={
            "enabled": True,
            **({"services": offers} if name == "cats" else {}),
        },
    )


def tag(stage: Stage, resource: str, **settings: str) -> None:
    arn = f"arn:aws:ecs:us-east-1:000000000000:{resource}"
    tags = [
        {"key": f"seaway:{name.replace('__', '.')}", "value": v} for name, v in settings.items()
    ]
    stage.aws.ecs.tag_resource(resourceArn=arn, tags=tags)


def routing(stage: Stage) -> Routing | None:
    """The way from web to cats, as the proxy has it now."""
    snapshot = stage.proxy.latest.get(HOST)
    ports = snapshot.proxy.ports if snapshot else ()
    found = [p for p in ports if p.labels.service == "web" and p.labels.discovery_name == "cats"]
    return found[0].routing if found else None


def upstream(stage: Stage) -> Upstream:
    found = [
        u
        for u in stage.proxy.latest[HOST].proxy.upstreams
        if u.labels.service == "web" and u.labels.discovery_name == "cats"
    ]
    return found[0]


def forward(stage: Stage) -> Forward:
    found = routing(stage)
    return found.default if found and isinstance(found.default, Forward) else Forward(shares=())


def deployments(stage: Stage) -> list[Any]:
    told = stage.aws.ecs.describe_services(cluster="pets", services=["cats", "web"])["services"]
    return [[d["id"] for d in service["deployments"]] for service in told]


def test_tags_of_all_who_have_a_say_hold_at_once_and_nothing_is_deployed(stage: Stage) -> None:
    before = deployments(stage)
    eventually(lambda: forward(stage).timeout == 15, "AWS's default holds")
    tag(stage, "cluster/pets", timeout="9s", limits__requests="7")
    eventually(lambda: forward(stage).timeout == 9, "the cluster's word holds")
    assert upstream(stage).limits.requests == 7
    (namespace,) = stage.aws.servicediscovery.list_namespaces()["Namespaces"]
    stage.aws.servicediscovery.tag_resource(
        ResourceARN=namespace["Arn"], Tags=[{"Key": "seaway:timeout", "Value": "8s"}]
    )
    eventually(lambda: forward(stage).timeout == 8, "the namespace's word holds")
    tag(stage, "service/pets/cats", timeout="7s")
    eventually(lambda: forward(stage).timeout == 7, "the service's own word holds")
    tag(stage, "service/pets/web", to__cats__timeout="6s")
    eventually(lambda: forward(stage).timeout == 6, "the caller's word holds")
    assert deployments(stage) == before


def test_what_is_taken_off_holds_no_more(stage: Stage) -> None:
    service = "arn:aws:ecs:us-east-1:000000000000:service/pets"
    ecs = stage.aws.ecs
    ecs.untag_resource(resourceArn=f"{service}/web", tagKeys=["seaway:to.cats.timeout"])
    eventually(lambda: forward(stage).timeout == 7, "the service's word holds again")
    ecs.untag_resource(resourceArn=f"{service}/cats", tagKeys=["seaway:timeout"])
    eventually(lambda: forward(stage).timeout == 8, "the namespace's word holds again")


def test_who_may_not_call_is_refused_until_somebody_lets_it_in(stage: Stage) -> None:
    def refused() -> Refusal | None:
        found = routing(stage)
        return found.default if found and isinstance(found.default, Refusal) else None

    tag(stage, "service/pets/cats", intentions="deny")
    refusal = eventually(refused, "web is refused")
    assert refusal.reason == "web may not call cats: service cats says intentions=deny"
    tag(stage, "service/pets/cats", allow="web")
    eventually(lambda: not refused(), "web is let in")
