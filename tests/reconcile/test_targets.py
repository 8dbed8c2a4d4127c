"""Targets registered by hand: led away from before they are gone."""

from __future__ import annotations

from dataclasses import replace

from seaway.core.balancer import Target, TargetState
from tests.builders import a_target_group
from tests.reconcile.world import World

GROUP = a_target_group(attributes=(("deregistration_delay.timeout_seconds", "30"),))
TARGET = Target(
    key="k",
    target_group=GROUP.arn,
    id="10.0.0.5",
    port=80,
    registered_at=1.0,
    address="10.0.0.5",
    state=TargetState.DRAINING,
    draining_since=1000.0,
)


def left(world: World) -> list[Target]:
    with world.store.transaction() as tx:
        return tx.where(Target)


def test_a_draining_target_goes_when_nothing_is_in_flight_on_it() -> None:
    world = World()
    world.put(GROUP, TARGET)
    world.run(1)
    assert left(world) == [TARGET]
    world.put(replace(TARGET, idle=True))
    world.run(0)
    assert left(world) == []


def test_a_draining_target_goes_when_its_delay_is_over_whatever_is_in_flight() -> None:
    world = World()
    world.put(GROUP, TARGET)
    world.run(29)
    assert left(world) == [TARGET]
    world.run(1)
    assert left(world) == []


def test_a_target_of_a_group_that_is_gone_goes_at_once() -> None:
    world = World()
    world.put(TARGET)
    world.run(0)
    assert left(world) == []


def test_a_target_that_counts_stays() -> None:
    world = World()
    healthy = replace(TARGET, state=TargetState.HEALTHY, draining_since=None)
    world.put(GROUP, healthy)
    world.run(1000)
    assert left(world) == [healthy]


def test_targets_of_tasks_are_their_tasks_business() -> None:
    world = World()
    ours = replace(TARGET, task="arn:task", idle=True)
    world.put(GROUP, ours)
    world.run(1000)
    assert left(world) == [ours]
