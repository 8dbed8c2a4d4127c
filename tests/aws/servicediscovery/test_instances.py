"""Instances: what a service's records need, health, and the revision."""

from __future__ import annotations

from typing import Any

import pytest

from seaway.core.capacity import ContainerInstance
from seaway.core.discovery import DiscoveryService, Registration
from tests.aws.servicediscovery.mapping import Mapping, refused

CUSTOM: dict[str, Any] = {"HealthCheckCustomConfig": {"FailureThreshold": 1}}


def test_a_registration_is_shown_with_its_attributes(sd: Mapping) -> None:
    number = sd.service(sd.namespace())
    operation = sd.register(number, "one", AWS_INSTANCE_PORT="80", zone="a")
    found = sd.client.get_operation(OperationId=operation)["Operation"]
    assert (found["Type"], found["Status"]) == ("REGISTER_INSTANCE", "SUCCESS")
    assert found["Targets"] == {"INSTANCE": "one", "SERVICE": number}
    shown = sd.client.get_instance(ServiceId=number, InstanceId="one")["Instance"]
    assert shown["Attributes"] == {
        "AWS_INSTANCE_IPV4": "10.0.0.9",
        "AWS_INSTANCE_PORT": "80",
        "zone": "a",
    }
    with refused("InstanceNotFound"):
        sd.client.get_instance(ServiceId=number, InstanceId="two")


def test_registering_an_id_again_updates_it(sd: Mapping) -> None:
    number = sd.service(sd.namespace())
    sd.register(number, "one", version="1")
    sd.register(number, "one", version="2")
    (shown,) = sd.client.list_instances(ServiceId=number)["Instances"]
    assert shown["Attributes"]["version"] == "2"


def test_a_retry_gives_the_operation_it_began(sd: Mapping) -> None:
    number = sd.service(sd.namespace())
    request = {"ServiceId": number, "CreatorRequestId": "r-1", "Attributes": {"a": "b"}}
    first = sd.client.register_instance(InstanceId="one", **request)
    assert (
        sd.client.register_instance(InstanceId="one", **request)["OperationId"]
        == (first["OperationId"])
    )
    assert sd.revision() == 1
    with refused("DuplicateRequest") as error:
        sd.client.register_instance(InstanceId="two", **request)
    assert error.response["DuplicateOperationId"] == first["OperationId"]


@pytest.mark.parametrize(
    ("kinds", "attributes", "words"),
    [
        (("A",), {"AWS_INSTANCE_PORT": "80"}, "AWS_INSTANCE_IPV4 must be specified"),
        (("AAAA",), {"AWS_INSTANCE_IPV4": "10.0.0.1"}, "AWS_INSTANCE_IPV6 must be specified"),
        (("SRV",), {"AWS_INSTANCE_IPV4": "10.0.0.1"}, "AWS_INSTANCE_PORT must be specified"),
        (("SRV",), {"AWS_INSTANCE_PORT": "80"}, "AWS_INSTANCE_IPV4 or AWS_INSTANCE_IPV6"),
        (("A",), {"AWS_ALIAS_DNS_NAME": "lb.example.com"}, "WEIGHTED"),
        (("A",), {"AWS_EC2_INSTANCE_ID": "i-1"}, "HTTP namespaces"),
    ],
)
def test_what_records_need(
    sd: Mapping, kinds: tuple[str, ...], attributes: dict[str, str], words: str
) -> None:
    number = sd.dns_service(*kinds)
    with refused("InvalidInput", words):
        sd.client.register_instance(ServiceId=number, InstanceId="one", Attributes=attributes)
    assert sd.client.list_instances(ServiceId=number)["Instances"] == []


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"AWS_INSTANCE_IPV4": "cats"}, "not a valid value of AWS_INSTANCE_IPV4"),
        ({"AWS_INSTANCE_IPV6": "10.0.0.1"}, "not a valid value of AWS_INSTANCE_IPV6"),
        ({"AWS_INSTANCE_PORT": "65536"}, "not a valid value of AWS_INSTANCE_PORT"),
        ({"AWS_COLOUR": "blue"}, "AWS_ is reserved"),
        ({"AWS_INIT_HEALTH_STATUS": "HEALTHY"}, "HealthCheckCustomConfig"),
        ({f"k{number}": "v" for number in range(31)}, "at most 30 custom attributes"),
        ({f"k{number}": "v" * 1000 for number in range(6)}, "at most 5000 characters"),
    ],
)
def test_attributes_that_cannot_be(sd: Mapping, attributes: dict[str, str], words: str) -> None:
    number = sd.service(sd.namespace())
    with refused("InvalidInput", words):
        sd.client.register_instance(ServiceId=number, InstanceId="one", Attributes=attributes)


def test_an_ec2_instances_address_is_filled_in(sd: Mapping) -> None:
    sd.wired.put(
        ContainerInstance(
            arn="arn:aws:ecs:us-east-1:000000000000:container-instance/default/1",
            cluster="arn:aws:ecs:us-east-1:000000000000:cluster/default",
            registered_at=0.0,
            instance_id="i-0123456789abcdef0",
            address="10.0.1.77",
        )
    )
    number = sd.service(sd.namespace())
    given = {"AWS_EC2_INSTANCE_ID": "i-0123456789abcdef0"}
    sd.client.register_instance(ServiceId=number, InstanceId="one", Attributes=given)
    shown = sd.client.get_instance(ServiceId=number, InstanceId="one")["Instance"]
    assert shown["Attributes"] == given | {"AWS_INSTANCE_IPV4": "10.0.1.77"}
    with refused("InvalidInput", "does not exist"):
        sd.client.register_instance(
            ServiceId=number, InstanceId="two", Attributes={"AWS_EC2_INSTANCE_ID": "i-none"}
        )


def test_the_first_health_may_be_said(sd: Mapping) -> None:
    number = sd.service(sd.namespace(), **CUSTOM)
    sd.register(number, "well")
    sd.register(number, "ill", AWS_INIT_HEALTH_STATUS="UNHEALTHY")
    shown = sd.client.get_instances_health_status(ServiceId=number)["Status"]
    assert shown == {"well": "HEALTHY", "ill": "UNHEALTHY"}
    some = sd.client.get_instances_health_status(ServiceId=number, Instances=["ill"])["Status"]
    assert some == {"ill": "UNHEALTHY"}
    with refused("InstanceNotFound"):
        sd.client.get_instances_health_status(ServiceId=number, Instances=["none"])


def test_health_is_set_only_where_it_is_custom(sd: Mapping) -> None:
    space = sd.namespace()
    custom, plain = sd.service(space, **CUSTOM), sd.service(space, "dogs")
    sd.register(custom, "one")
    sd.register(plain, "one")
    sd.client.update_instance_custom_health_status(
        ServiceId=custom, InstanceId="one", Status="UNHEALTHY"
    )
    shown = sd.client.get_instances_health_status(ServiceId=custom)["Status"]
    assert shown == {"one": "UNHEALTHY"}
    with refused("CustomHealthNotFound"):
        sd.client.update_instance_custom_health_status(
            ServiceId=plain, InstanceId="one", Status="UNHEALTHY"
        )
    assert sd.client.get_instances_health_status(ServiceId=plain)["Status"] == {"one": "UNKNOWN"}


def test_the_revision_rises_with_instances_and_not_with_health(sd: Mapping) -> None:
    number = sd.service(sd.namespace(), **CUSTOM)
    assert sd.revision() == 0
    sd.register(number, "one")
    sd.register(number, "two")
    assert sd.revision() == 2
    sd.client.update_instance_custom_health_status(
        ServiceId=number, InstanceId="one", Status="UNHEALTHY"
    )
    assert sd.revision() == 2
    sd.client.deregister_instance(ServiceId=number, InstanceId="one")
    assert sd.revision() == 3


def test_a_deregistered_instance_is_gone(sd: Mapping) -> None:
    number = sd.service(sd.namespace())
    sd.register(number, "one")
    done = sd.client.deregister_instance(ServiceId=number, InstanceId="one")
    assert sd.target(done["OperationId"], "INSTANCE") == "one"
    with refused("InstanceNotFound"):
        sd.client.deregister_instance(ServiceId=number, InstanceId="one")


def test_instances_come_in_pages(sd: Mapping) -> None:
    number = sd.service(sd.namespace())
    for name in ("a", "b", "c"):
        sd.register(number, name)
    pages = sd.client.get_paginator("list_instances").paginate(
        ServiceId=number, PaginationConfig={"PageSize": 2}
    )
    assert [[one["Id"] for one in page["Instances"]] for page in pages] == [["a", "b"], ["c"]]


def _many(service: DiscoveryService, count: int) -> list[Registration]:
    return [
        Registration(
            key=f"{service.id}/{number}",
            service=service.arn,
            instance_id=str(number),
            attributes=(),
            created_at=1.0,
        )
        for number in range(count)
    ]


def test_a_service_has_a_thousand_instances_and_a_namespace_two_thousand(sd: Mapping) -> None:
    space = sd.namespace()
    full, other, third = (sd.service(space, name) for name in ("full", "other", "third"))
    services = {one.id: one for one in sd.wired.all(DiscoveryService)}
    sd.wired.put(*_many(services[full], 1000))
    with refused("ResourceLimitExceeded", "at most 1000"):
        sd.register(full, "another")
    sd.register(full, "7", colour="black")
    sd.wired.put(*_many(services[other], 999))
    sd.register(third, "one")
    with refused("ResourceLimitExceeded", "at most 2000"):
        sd.register(third, "two")
