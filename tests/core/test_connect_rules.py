from __future__ import annotations

from dataclasses import replace

import pytest

from seaway.core.connect_rules import (
    alias_name,
    discovery_name_refusal,
    dns_name_refusal,
    outside_for,
    taken_refusal,
    unused_discovery,
)
from seaway.core.service import ConnectAlias, ConnectService
from tests.builders import (
    a_deployment,
    a_discovery_service,
    a_named_endpoint,
    a_namespace,
    a_service,
)


@pytest.mark.parametrize("name", ["cats", "cats.shop", "_x", "a" * 127, "1.2", "1.2.3.4.cats"])
def test_names_clients_may_dial(name: str) -> None:
    assert dns_name_refusal(name) is None


@pytest.mark.parametrize(
    "name", ["", "-cats", "Cats", "a b", "a" * 128, "cats\n", "10.0.0.1", "localhost"]
)
def test_names_nobody_can_dial(name: str) -> None:
    assert dns_name_refusal(name) == "The DNS name that you provided is invalid"


@pytest.mark.parametrize("name", ["", "-cats", "Cats", "cats.shop", "a" * 65, "cats\n"])
def test_names_nobody_can_discover(name: str) -> None:
    assert discovery_name_refusal(name) is not None


def test_an_alias_without_a_name_is_the_discovery_name_in_its_namespace() -> None:
    entry = ConnectService(port_name="http", discovery_name="cats", alias=ConnectAlias(port=80))
    assert alias_name(entry, a_namespace("shop")) == "cats.shop"


def test_a_service_may_keep_its_own_names() -> None:
    own = a_discovery_service("cats", owner="me")
    endpoint = a_named_endpoint(own, service="me")
    assert taken_refusal("me", [endpoint], a_namespace(), [own], [endpoint]) is None
    assert taken_refusal("you", [endpoint], a_namespace(), [own], []) is not None
    assert taken_refusal("you", [endpoint], a_namespace(), [], [endpoint]) is not None


def test_a_name_is_unused_when_no_living_deployment_offers_it() -> None:
    service = a_service()
    old, new = a_discovery_service("old"), a_discovery_service("new")
    before = a_deployment(service, 1, status="ACTIVE", discovery=(("old", old.arn),))
    after = a_deployment(service, 2, discovery=(("new", new.arn),))
    assert unused_discovery([old, new], [before, after]) == ()
    gone = a_deployment(service, 1, status="INACTIVE", discovery=(("old", old.arn),))
    assert unused_discovery([old, new], [gone, after]) == (old,)
    assert unused_discovery([old, new], []) == (old, new)


def test_the_machine_has_one_address_for_a_name_whatever_the_ports() -> None:
    web = a_named_endpoint(a_discovery_service("web"), dns_name="shop", outside=4)
    admin = a_named_endpoint(a_discovery_service("admin"), dns_name="shop", port=81)
    assert outside_for(admin, None, [web]) == 4
    assert outside_for(replace(admin, port=80), None, [web]) == 1
    elsewhere = replace(admin, namespace="other")
    assert outside_for(elsewhere, None, [web]) == 1


def test_an_endpoint_keeps_its_address_on_the_machine() -> None:
    web = a_named_endpoint(a_discovery_service("web"), outside=4)
    assert outside_for(replace(web, outside=0), web, [web]) == 4
    assert outside_for(replace(web, outside=0), None, [web]) == 1
