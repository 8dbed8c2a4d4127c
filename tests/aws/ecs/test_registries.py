"""Service discovery: which registries a service may have, and how they are shown."""

from __future__ import annotations

from typing import Any

import pytest

from seaway.core.discovery import DnsRecord
from seaway.core.service import Deployment
from tests.aws.ecs.story import SUBNETS, Ecs, an_ecs, refusal
from tests.builders import a_discovery_service

A = a_discovery_service("plain", type="DNS_HTTP", records=(DnsRecord(type="A", ttl=10),))
SRV = a_discovery_service("ported", type="DNS_HTTP", records=(DnsRecord(type="SRV", ttl=10),))
BOTH = a_discovery_service(
    "both",
    type="DNS_HTTP",
    records=(DnsRecord(type="A", ttl=10), DnsRecord(type="AAAA", ttl=10)),
)
ALIAS = a_discovery_service("alias", type="DNS_HTTP", records=(DnsRecord(type="CNAME", ttl=10),))
CALLS = a_discovery_service("calls")
OWNED = a_discovery_service("owned", owner="arn:aws:ecs:us-east-1:000000000000:service/default/x")
ABROAD = a_discovery_service("abroad", arn=A.arn.replace("000000000000", "111111111111"))
WEB = {"containerName": "web", "containerPort": 80}


def an_api() -> Ecs:
    ecs = an_ecs()
    ecs.put(A, SRV, BOTH, ALIAS, CALLS, OWNED, ABROAD)
    ecs.register()
    ecs.register("cabled", networkMode="awsvpc")
    return ecs


def bridged(ecs: Ecs, *registries: Any) -> dict[str, Any]:
    return ecs.serve(serviceRegistries=list(registries))


def cabled(ecs: Ecs, *registries: Any) -> dict[str, Any]:
    return ecs.serve("cabled", networkConfiguration=SUBNETS, serviceRegistries=list(registries))


def test_a_registry_is_shown_as_it_was_given_and_deployed_with_the_service() -> None:
    ecs = an_api()
    given = {"registryArn": SRV.arn, **WEB}
    assert bridged(ecs, given)["serviceRegistries"] == [given]
    (deployment,) = ecs.all(Deployment)
    assert deployment.registries[0].container_port == 80
    revision = ecs.DescribeServices(services=["web"])["services"][0]["currentServiceRevisions"][0]
    shown = ecs.DescribeServiceRevisions(serviceRevisionArns=[revision["arn"]])
    assert shown["serviceRevisions"][0]["serviceRegistries"] == [given]


@pytest.mark.parametrize(
    "registry",
    [
        {"registryArn": A.arn},
        {"registryArn": A.arn, "containerName": "cabled"},
        {"registryArn": SRV.arn, "port": 8080},
        {"registryArn": SRV.arn, "containerName": "cabled", "containerPort": 80},
        {"registryArn": CALLS.arn},
    ],
)
def test_awsvpc_takes_addresses_alone_or_one_way_to_name_a_port(registry: dict[str, Any]) -> None:
    assert cabled(an_api(), registry)["serviceRegistries"] == [registry]


@pytest.mark.parametrize("change", [{"port": 8080}, {"containerName": "cabled"}])
def test_changing_a_registry_starts_a_deployment_and_an_empty_list_takes_it_away(
    change: dict[str, Any],
) -> None:
    ecs = an_api()
    cabled(ecs, {"registryArn": A.arn})
    registry = {"registryArn": SRV.arn, "port": 80} | ({} if "containerName" in change else change)
    after = ecs.UpdateService(service="cabled", serviceRegistries=[registry])["service"]
    assert (len(after["deployments"]), after["serviceRegistries"]) == (2, [registry])
    after = ecs.UpdateService(service="cabled", serviceRegistries=[])["service"]
    assert (len(after["deployments"]), after["serviceRegistries"]) == (3, [])


def test_an_update_that_leaves_registries_out_keeps_them() -> None:
    ecs = an_api()
    cabled(ecs, {"registryArn": A.arn})
    after = ecs.UpdateService(service="cabled", desiredCount=1)["service"]
    assert after["serviceRegistries"] == [{"registryArn": A.arn}]
    assert len(after["deployments"]) == 1


BRIDGE_TEXT = (
    "When specifying 'host' or 'bridge' for networkMode, values for 'containerName' and "
    f"'containerPort' must be specified from the task definition. Registry: {SRV.arn}"
)


@pytest.mark.parametrize(
    ("registry", "text"),
    [
        ({"registryArn": SRV.arn}, BRIDGE_TEXT),
        ({"registryArn": SRV.arn, "containerName": "web"}, BRIDGE_TEXT),
        ({"registryArn": SRV.arn, "port": 80, **WEB}, BRIDGE_TEXT),
        (
            {"registryArn": A.arn, **WEB},
            "With the networkMode 'bridge' the service registry must have a DNS record of type "
            f"SRV. Registry: {A.arn}",
        ),
        (
            {"registryArn": SRV.arn, "containerName": "web", "containerPort": 81},
            "The container web did not have a container port 81 defined.",
        ),
        (
            {"registryArn": SRV.arn, "containerName": "none", "containerPort": 80},
            "The container none does not exist in the task definition.",
        ),
        (
            {"registryArn": "arn:aws:servicediscovery:us-east-1:000000000000:namespace/ns-1"},
            "The format of the supplied service registry ARN is invalid: "
            "arn:aws:servicediscovery:us-east-1:000000000000:namespace/ns-1.",
        ),
        (
            {"registryArn": SRV.arn + "x", **WEB},
            f"The service registry {SRV.arn}x does not exist.",
        ),
        (
            {"registryArn": ABROAD.arn, **WEB},
            f"The service registry {ABROAD.arn} does not exist.",
        ),
        ({**WEB}, "The service registry ARN cannot be blank."),
        (
            {"registryArn": OWNED.arn, **WEB},
            f"The service registry {OWNED.arn} is managed by Service Connect for {OWNED.owner} "
            "and cannot be used for service discovery.",
        ),
    ],
)
def test_a_registry_that_does_not_fit_bridge_tasks_is_refused(
    registry: dict[str, Any], text: str
) -> None:
    ecs = an_api()
    assert refusal(lambda: bridged(ecs, registry)) == ("InvalidParameterException", text)
    assert ecs.all(Deployment) == []


@pytest.mark.parametrize(
    ("registry", "text"),
    [
        (
            {"registryArn": A.arn, "port": 80},
            "The values specified for serviceRegistries do not require a value for 'port'. "
            f"Remove the value and retry. Registry: {A.arn}",
        ),
        (
            {"registryArn": A.arn, "containerName": "cabled", "containerPort": 80},
            "The values specified for serviceRegistries do not require a value for "
            f"'containerPort'. Remove the value and retry. Registry: {A.arn}",
        ),
        (
            {"registryArn": SRV.arn, "port": 80, "containerName": "cabled", "containerPort": 80},
            "Specify a value for either 'port' or the 'containerName' and 'containerPort' "
            "combination, but not both. Remove one and retry.",
        ),
        (
            {"registryArn": SRV.arn},
            "Specify a value for either 'port' or the 'containerName' and 'containerPort' "
            f"combination: the service registry {SRV.arn} has a DNS record of type SRV.",
        ),
        (
            {"registryArn": BOTH.arn},
            f"The service registry {BOTH.arn} has a DNS record of type AAAA, but Seaway's tasks "
            "have no IPv6 address.",
        ),
        (
            {"registryArn": ALIAS.arn},
            f"The service registry {ALIAS.arn} has a DNS record of type CNAME; ECS registers "
            "tasks by their addresses and supports A, AAAA and SRV.",
        ),
    ],
)
def test_a_registry_that_does_not_fit_awsvpc_tasks_is_refused(
    registry: dict[str, Any], text: str
) -> None:
    assert refusal(lambda: cabled(an_api(), registry)) == ("InvalidParameterException", text)


def test_a_service_has_one_registry_at_most() -> None:
    one = {"registryArn": SRV.arn, **WEB}
    assert refusal(lambda: bridged(an_api(), one, one)) == (
        "InvalidParameterException",
        "service registries can have at most 1 items.",
    )
