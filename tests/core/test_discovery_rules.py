"""Cloud Map rows: the same from whichever room makes them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seaway.core.discovery import DiscoveryService, Registration
from seaway.core.discovery_rules import (
    deregistered,
    new_discovery_service,
    new_dns_namespace,
    new_http_namespace,
    registered,
    service_discovery_attributes,
)
from seaway.core.moment import Moment
from seaway.core.names import Place
from tests.handlers import Counted

HERE = Place(account="000000000000", region="us-east-1")
OWNER = "arn:aws:ecs:us-east-1:000000000000:service/default/cats"
NOW = Moment(1_000.0, Counted())
LATER = Moment(2_000.0, Counted())


def _service() -> DiscoveryService:
    return new_discovery_service(new_http_namespace(HERE, "local", NOW), "cats", OWNER, NOW)


def test_a_namespace_ecs_makes_names_itself_as_its_creator() -> None:
    space = new_http_namespace(HERE, "local", NOW)
    assert (space.type, space.http_name, space.creator_request) == ("HTTP", "local", "local")
    assert space.arn == f"arn:aws:servicediscovery:us-east-1:000000000000:namespace/{space.id}"


def test_a_reused_name_gets_another_http_name() -> None:
    first = new_http_namespace(HERE, "corp", NOW)
    second = new_dns_namespace(HERE, "corp", NOW, vpc="vpc-1", others=[first])
    third = new_dns_namespace(HERE, "corp", NOW, vpc=None, others=[first, second])
    assert (second.type, third.type) == ("DNS_PRIVATE", "DNS_PUBLIC")
    assert len({space.http_name for space in (first, second, third)}) == 3


def test_a_connect_service_has_no_records_even_in_a_dns_namespace() -> None:
    space = new_dns_namespace(HERE, "corp", NOW, vpc="vpc-1")
    service = new_discovery_service(space, "cats", OWNER, NOW)
    assert (service.type, service.records, service.owner) == ("HTTP", (), OWNER)
    assert service.namespace == space.arn


def test_registering_the_same_twice_changes_nothing() -> None:
    service, one = registered(_service(), "t1", {"a": "1"}, NOW)
    assert service.revision == 1
    assert registered(service, "t1", {"a": "1"}, LATER, before=one) == (service, one)


def test_registering_an_id_again_keeps_its_age_and_raises_the_revision() -> None:
    service, one = registered(_service(), "t1", {"a": "1"}, NOW)
    revised, changed = registered(service, "t1", {"a": "2"}, LATER, before=one)
    assert revised.revision == 2
    assert (changed.key, changed.created_at, changed.attributes) == (
        one.key,
        1_000.0,
        (("a", "2"),),
    )


def test_the_first_health_is_said_by_the_caller_or_by_an_attribute() -> None:
    ill = {"AWS_INIT_HEALTH_STATUS": "UNHEALTHY"}
    assert registered(_service(), "t1", {}, NOW)[1].health == "HEALTHY"
    assert registered(_service(), "t1", ill, NOW)[1].health == "UNHEALTHY"
    assert registered(_service(), "t1", ill, NOW, health="HEALTHY")[1].health == "HEALTHY"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=30))
def test_the_revision_never_falls_and_rises_with_every_change(
    steps: list[tuple[str, bool]],
) -> None:
    service = _service()
    held: dict[str, Registration] = {}
    for name, arrives in steps:
        before = service.revision
        if arrives:
            present = name in held
            service, held[name] = registered(service, name, {}, NOW, before=held.get(name))
            assert service.revision == before + (not present)
        elif held.pop(name, None):
            service = deregistered(service)
            assert service.revision == before + 1


def test_a_fargate_task_has_no_instance_and_a_service_without_srv_no_port() -> None:
    attributes = service_discovery_attributes(
        address="10.0.1.9",
        port=None,
        zone="us-east-1a",
        region="us-east-1",
        service_name="cats",
        cluster_name="default",
        family="catsdef",
    )
    assert attributes == {
        "AWS_INSTANCE_IPV4": "10.0.1.9",
        "AVAILABILITY_ZONE": "us-east-1a",
        "REGION": "us-east-1",
        "ECS_SERVICE_NAME": "cats",
        "ECS_CLUSTER_NAME": "default",
        "ECS_TASK_DEFINITION_FAMILY": "catsdef",
    }
