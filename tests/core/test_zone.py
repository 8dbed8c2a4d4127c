"""What is answered to whom: zones, healthy records, names that lead elsewhere."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from seaway.core.zone import MACHINE, Record, RecordSet, Reply, View, Zone, resolver_address

VPC, OTHER = "vpc-1", "vpc-2"


def dice() -> Any:
    """Chance that differs each time but is the same in each run."""
    numbers = count(1)
    return lambda length: b"".join(
        (next(numbers) * 2654435761 % 256).to_bytes(1, "big") for _ in range(length)
    )


def records(
    name: str, *values: str | tuple[str, bool], type: str = "A", **fields: Any
) -> RecordSet:
    given = tuple(v if isinstance(v, tuple) else (v, True) for v in values)
    return RecordSet(name=name, type=type, ttl=10, values=given, **fields)


def pets(*sets: RecordSet, **fields: Any) -> Zone:
    return Zone(**{"name": "pets.local", "scope": VPC, "sets": sets, **fields})


def ask(view: View, name: str, kind: str = "A") -> Reply:
    reply = view.answer(name, kind, dice())
    assert reply is not None
    return reply


def values(reply: Reply) -> list[str]:
    return [record.value for record in reply.records]


def test_a_name_has_its_addresses_with_the_ttl_of_the_service() -> None:
    view = View([pets(records("cats.pets.local", "10.0.0.7"))], [VPC])
    assert ask(view, "cats.pets.local") == Reply(
        records=(Record("cats.pets.local", "A", 10, "10.0.0.7"),)
    )


def test_a_name_that_is_not_ours_is_asked_elsewhere() -> None:
    view = View([pets()], [VPC])
    assert view.answer("cats.example.com", "A", dice()) is None
    assert view.answer("local", "A", dice()) is None
    assert view.answer("xpets.local", "A", dice()) is None


def test_a_missing_name_and_a_missing_type_say_how_long_to_believe_it() -> None:
    view = View([pets(records("cats.pets.local", "10.0.0.7"), ttl=60)], [VPC])
    assert ask(view, "dogs.pets.local") == Reply(missing=True, soa=("pets.local", 60))
    assert ask(view, "cats.pets.local", "AAAA") == Reply(soa=("pets.local", 60))
    assert ask(view, "pets.local") == Reply(soa=("pets.local", 60))


def test_a_name_between_two_others_is_there_without_records() -> None:
    view = View([pets(records("a.b.cats.pets.local", "10.0.0.7"))], [VPC])
    assert not ask(view, "b.cats.pets.local").missing
    assert not ask(view, "cats.pets.local").missing


def test_eight_of_many_are_given_and_every_one_has_its_turn() -> None:
    many = [f"10.0.0.{number}" for number in range(1, 21)]
    view = View([pets(records("cats.pets.local", *many))], [VPC])
    chance, seen = dice(), set()
    for _ in range(40):
        reply = view.answer("cats.pets.local", "A", chance)
        assert reply is not None
        assert len(set(values(reply))) == 8
        seen |= set(values(reply))
    assert seen == set(many)


def test_unhealthy_ones_are_left_out_unless_all_are() -> None:
    mixed = records("cats.pets.local", ("10.0.0.1", False), ("10.0.0.2", True))
    assert values(ask(View([pets(mixed)], [VPC]), "cats.pets.local")) == ["10.0.0.2"]
    ill = records("cats.pets.local", *((f"10.0.0.{n}", False) for n in range(1, 11)))
    assert len(values(ask(View([pets(ill)], [VPC]), "cats.pets.local"))) == 8


def test_a_weighted_set_gives_one_healthy_value() -> None:
    weighted = records(
        "cats.pets.local", ("10.0.0.1", False), "10.0.0.2", "10.0.0.3", weighted=True
    )
    view = View([pets(weighted)], [VPC])
    chance, seen = dice(), set()
    for _ in range(30):
        reply = view.answer("cats.pets.local", "A", chance)
        assert reply is not None
        (value,) = values(reply)
        seen.add(value)
    assert seen == {"10.0.0.2", "10.0.0.3"}


def test_a_private_zone_is_there_for_its_own_vpc_and_the_machine_alone() -> None:
    zones = [pets(records("cats.pets.local", "10.0.0.7"))]
    assert View(zones, [OTHER]).answer("cats.pets.local", "A", dice()) is None
    assert View(zones, []).answer("cats.pets.local", "A", dice()) is None
    assert values(ask(View(zones, [VPC]), "cats.pets.local")) == ["10.0.0.7"]
    assert values(ask(View(zones, None), "cats.pets.local")) == ["10.0.0.7"]


def test_a_public_zone_is_there_for_all_but_hidden_by_a_private_one_of_its_name() -> None:
    public = pets(records("dogs.pets.local", "10.9.9.9"), scope=None)
    private = pets(records("cats.pets.local", "10.0.0.7"))
    assert values(ask(View([public, private], [OTHER]), "dogs.pets.local")) == ["10.9.9.9"]
    assert ask(View([public, private], [VPC]), "dogs.pets.local").missing


def test_names_of_the_machine_are_no_task_s() -> None:
    zones = [
        Zone(name="cats.shop", scope=MACHINE, sets=(records("cats.shop", "127.254.0.1"),)),
        pets(records("dogs.pets.local", "10.0.0.7")),
    ]
    assert View(zones, [VPC]).answer("cats.shop", "A", dice()) is None
    assert values(ask(View(zones, None), "cats.shop")) == ["127.254.0.1"]
    assert values(ask(View(zones, None), "dogs.pets.local")) == ["10.0.0.7"]


def test_a_name_of_another_name_is_followed_here_and_told_to_be_followed_elsewhere() -> None:
    inside = records("a.pets.local", "cats.pets.local", type="CNAME")
    outside = records("b.pets.local", "www.example.com", type="CNAME")
    view = View([pets(inside, outside, records("cats.pets.local", "10.0.0.7"))], [VPC])
    assert values(ask(view, "a.pets.local")) == ["cats.pets.local", "10.0.0.7"]
    assert values(ask(view, "a.pets.local", "CNAME")) == ["cats.pets.local"]
    assert ask(view, "b.pets.local") == Reply(
        records=(Record("b.pets.local", "CNAME", 10, "www.example.com"),),
        follow="www.example.com",
    )


def test_an_alias_has_the_addresses_of_what_it_leads_to_under_its_own_name() -> None:
    balancer = Zone(name="web.elb.example", sets=(records("web.elb.example", "10.0.0.50"),))
    inside = records("a.pets.local", "web.elb.example", type="ALIAS", weighted=True)
    outside = records("b.pets.local", "www.example.com", type="ALIAS", weighted=True)
    view = View([pets(inside, outside), balancer], [VPC])
    assert ask(view, "a.pets.local").records == (Record("a.pets.local", "A", 10, "10.0.0.50"),)
    assert ask(view, "b.pets.local") == Reply(follow="www.example.com", instead="b.pets.local")
    assert ask(view, "a.pets.local", "AAAA").soa is not None


@pytest.mark.parametrize("type", ["CNAME", "ALIAS"])
def test_names_that_lead_in_a_circle_come_to_an_end(type: str) -> None:
    one = records("a.pets.local", "b.pets.local", type=type, weighted=True)
    two = records("b.pets.local", "a.pets.local", type=type, weighted=True)
    assert not ask(View([pets(one, two)], [VPC]), "a.pets.local").missing


def test_a_vpc_s_resolver_is_its_first_address_plus_two() -> None:
    assert resolver_address("10.203.0.0/16") == "10.203.0.2"
