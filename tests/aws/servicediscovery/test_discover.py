"""Discovery: names, filters, health."""

from __future__ import annotations

from typing import Any

import pytest

from tests.aws.servicediscovery.mapping import Mapping, refused

CUSTOM: dict[str, Any] = {"HealthCheckCustomConfig": {"FailureThreshold": 1}}


def test_instances_are_found_by_names(sd: Mapping) -> None:
    number = sd.service(sd.namespace("local"), "cats")
    sd.register(number, "one", AWS_INSTANCE_PORT="80")
    found = sd.client.discover_instances(NamespaceName="local", ServiceName="cats")
    assert found["InstancesRevision"] == 1
    assert found["Instances"] == [
        {
            "InstanceId": "one",
            "NamespaceName": "local",
            "ServiceName": "cats",
            "HealthStatus": "UNKNOWN",
            "Attributes": {"AWS_INSTANCE_IPV4": "10.0.0.9", "AWS_INSTANCE_PORT": "80"},
        }
    ]


def test_names_that_are_not_there(sd: Mapping) -> None:
    sd.namespace("local")
    with refused("NamespaceNotFound"):
        sd.client.discover_instances(NamespaceName="elsewhere", ServiceName="cats")
    with refused("ServiceNotFound"):
        sd.client.discover_instances(NamespaceName="local", ServiceName="cats")
    with refused("ServiceNotFound"):
        sd.revision()


def test_the_http_name_counts_and_not_the_name(sd: Mapping) -> None:
    sd.namespace("corp")
    number = sd.dns_namespace("corp")
    sd.service(number, "cats", Type="HTTP")
    http = sd.client.get_namespace(Id=number)["Namespace"]["Properties"]["HttpProperties"]
    found = sd.client.discover_instances(NamespaceName=http["HttpName"], ServiceName="cats")
    assert found["Instances"] == []
    with refused("ServiceNotFound"):
        sd.client.discover_instances(NamespaceName="corp", ServiceName="cats")


def test_query_parameters_must_all_match(sd: Mapping) -> None:
    number = sd.service(sd.namespace())
    sd.register(number, "one", version="1", zone="a")
    sd.register(number, "two", version="1", zone="b")
    assert sd.discover(QueryParameters={"version": "1"}) == {"one", "two"}
    assert sd.discover(QueryParameters={"version": "1", "zone": "b"}) == {"two"}
    assert sd.discover(QueryParameters={"version": "2"}) == set()


def test_optional_parameters_count_only_when_something_matches(sd: Mapping) -> None:
    number = sd.service(sd.namespace())
    sd.register(number, "one", version="1", zone="a")
    sd.register(number, "two", version="1", zone="b")
    query = {"version": "1"}
    assert sd.discover(QueryParameters=query, OptionalParameters={"zone": "a"}) == {"one"}
    assert sd.discover(QueryParameters=query, OptionalParameters={"zone": "z"}) == {"one", "two"}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("HEALTHY", {"well"}),
        ("UNHEALTHY", {"ill"}),
        ("ALL", {"well", "ill"}),
        ("HEALTHY_OR_ELSE_ALL", {"well"}),
    ],
)
def test_health_filters(sd: Mapping, wanted: str, found: set[str]) -> None:
    number = sd.service(sd.namespace(), **CUSTOM)
    sd.register(number, "well")
    sd.register(number, "ill", AWS_INIT_HEALTH_STATUS="UNHEALTHY")
    assert sd.discover(HealthStatus=wanted) == found


def test_with_nobody_healthy_the_open_filter_gives_all(sd: Mapping) -> None:
    number = sd.service(sd.namespace(), **CUSTOM)
    sd.register(number, "ill", AWS_INIT_HEALTH_STATUS="UNHEALTHY")
    assert sd.discover(HealthStatus="HEALTHY") == set()
    assert sd.discover(HealthStatus="HEALTHY_OR_ELSE_ALL") == {"ill"}


def test_without_a_health_check_the_filter_is_ignored(sd: Mapping) -> None:
    sd.register(sd.service(sd.namespace()), "one")
    assert sd.discover(HealthStatus="UNHEALTHY") == {"one"}


def test_as_many_as_asked_for(sd: Mapping) -> None:
    number = sd.service(sd.namespace())
    for count in range(105):
        sd.register(number, f"i{count}")
    assert len(sd.discover()) == 100
    assert len(sd.discover(MaxResults=3)) == 3
    assert len(sd.discover(MaxResults=1000)) == 105
    with refused("InvalidInput"):
        sd.discover(MaxResults=1001)


def test_the_order_differs_between_answers(sd: Mapping) -> None:
    number = sd.service(sd.namespace())
    for count in range(5):
        sd.register(number, f"i{count}")
    orders = set()
    for _ in range(20):
        found = sd.client.discover_instances(NamespaceName="local", ServiceName="cats")
        orders.add(tuple(one["InstanceId"] for one in found["Instances"]))
    assert len(orders) > 1
