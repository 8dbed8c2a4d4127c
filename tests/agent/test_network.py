"""The machine's part of a VPC follows the plan, whatever was there before."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seaway.agent.engine import EngineError
from seaway.agent.network import Networks, network_spec
from seaway.link.messages import HostPlan, Network, PlanProblem
from tests.agent.builders import NETWORK, MemoryAddresses
from tests.agent.fake_engine import FakeEngine

INTERFACE = network_spec(NETWORK, "a").interface


def plan(*addresses: str) -> HostPlan:
    return HostPlan(networks=(NETWORK,), addresses=tuple(("vpc-1", a) for a in addresses))


def test_the_gateway_is_the_first_address_and_the_interface_name_fits_the_kernel() -> None:
    spec = network_spec(Network(vpc="vpc-0123456789abcdef0", cidr="172.31.0.0/16"), "a")
    assert spec.gateway == "172.31.0.1"
    assert spec.name == "seaway-vpc-0123456789abcdef0"
    assert len(spec.interface) <= 15
    assert spec.interface != network_spec(NETWORK, "b").interface


@given(st.lists(st.frozensets(st.sampled_from(["10.0.0.4", "10.0.0.5", "10.0.0.6"])), min_size=1))
def test_after_every_plan_the_addresses_are_the_planned_ones(plans: list[frozenset[str]]) -> None:
    engine, addresses = FakeEngine(), MemoryAddresses()

    async def follow() -> None:
        for planned in plans:
            # A new object each time: what is known must come from the machine.
            assert await Networks(engine, addresses, "a").apply(plan(*planned)) == ()
            assert await addresses.on(INTERFACE) == planned

    asyncio.run(follow())
    assert engine.done == [("create network", NETWORK.cidr)]


def test_a_network_no_longer_planned_goes() -> None:
    engine = FakeEngine()

    async def follow() -> None:
        networks = Networks(engine, MemoryAddresses(), "a")
        await networks.apply(plan())
        await networks.apply(HostPlan())

    asyncio.run(follow())
    assert engine.made_networks == {}


def test_a_tasks_network_survives_a_plan_made_before_the_task() -> None:
    engine = FakeEngine()

    async def follow() -> None:
        networks = Networks(engine, MemoryAddresses(), "a")
        await networks.ensure(NETWORK)
        await networks.apply(HostPlan())
        assert len(engine.made_networks) == 1
        await networks.apply(plan())
        await networks.apply(HostPlan())

    asyncio.run(follow())
    assert engine.made_networks == {}


def test_another_installations_network_is_left_alone() -> None:
    engine = FakeEngine()

    async def follow() -> None:
        await Networks(engine, MemoryAddresses(), "a").apply(plan())
        await Networks(engine, MemoryAddresses(), "b").apply(HostPlan())
        await Networks(engine, MemoryAddresses(), "b").remove_all()

    asyncio.run(follow())
    assert len(engine.made_networks) == 1


def test_a_range_that_overlaps_is_one_clear_sentence() -> None:
    engine = FakeEngine()
    said = "Pool overlaps with other one on this address space"
    engine.refuses["create network", NETWORK.cidr] = EngineError(said)
    problems = asyncio.run(Networks(engine, MemoryAddresses(), "a").apply(plan("10.0.0.4")))
    assert problems == (
        PlanProblem(
            subject="vpc-1",
            message=(
                "The range 10.0.0.0/16 of vpc-1 overlaps with another network of this machine; "
                f"remove that network or make the VPC with another range ({said})."
            ),
        ),
    )


def test_a_vpc_whose_range_is_not_the_networks_is_refused() -> None:
    engine = FakeEngine()

    async def follow() -> None:
        networks = Networks(engine, MemoryAddresses(), "a")
        await networks.ensure(NETWORK)
        await networks.ensure(Network(vpc="vpc-1", cidr="10.1.0.0/16"))

    with pytest.raises(EngineError, match=r"has the range 10\.0\.0\.0/16, but the VPC vpc-1"):
        asyncio.run(follow())


def test_a_namespace_is_plugged_into_its_vpcs_bridge() -> None:
    addresses = MemoryAddresses()
    networks = Networks(FakeEngine(), addresses, "a")
    asyncio.run(networks.plug(NETWORK, "/netns/1", "10.0.0.9"))
    (plug,) = addresses.plugs
    assert (plug.bridge, plug.address, plug.prefix) == (INTERFACE, "10.0.0.9", 16)
    assert plug.gateway == "10.0.0.1"
    assert len(plug.port) <= 15


def test_an_address_the_machine_refuses_is_told_and_the_others_are_put() -> None:
    addresses = MemoryAddresses()
    addresses.refused.add("10.0.0.4")
    networks = Networks(FakeEngine(), addresses, "a")
    problems = asyncio.run(networks.apply(plan("10.0.0.4", "10.0.0.5")))
    assert [problem.subject for problem in problems] == ["10.0.0.4"]
    assert addresses.there[INTERFACE] == {"10.0.0.5"}
