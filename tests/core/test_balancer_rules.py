"""Targets come, drain and come back; rules stand in order."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from seaway.core.balancer import Action, Rule, Target, TargetGroup, TargetState, WeightedGroup
from seaway.core.balancer_rules import (
    draining,
    forwards_to,
    groups_of,
    in_order,
    is_drained,
    registered_target,
)

GROUP = TargetGroup(arn="group", name="cats", created_at=0.0)


def _target(before: Target | None = None, now: float = 100.0) -> Target:
    return registered_target(
        GROUP, "10.0.1.9", 80, address="10.0.1.9", zone="a", now=now, before=before
    )


def test_a_new_target_is_being_registered() -> None:
    target = _target()
    assert (target.state, target.reason) == (TargetState.INITIAL, "Elb.RegistrationInProgress")
    assert target.key == "group|10.0.1.9|80"


def test_registering_again_keeps_health_but_ends_draining() -> None:
    healthy = replace(_target(), state=TargetState.HEALTHY, reason=None, description=None)
    assert _target(healthy, 200.0) == healthy
    back = _target(draining(healthy, 150.0), 200.0)
    assert (back.state, back.draining_since, back.registered_at) == (
        TargetState.INITIAL,
        None,
        200.0,
    )


def test_a_draining_target_keeps_the_time_it_began() -> None:
    leaving = draining(_target(), 150.0)
    assert leaving.draining_since == 150.0
    assert draining(leaving, 190.0) == leaving


def test_it_is_drained_when_its_delay_is_over_or_nothing_is_in_flight() -> None:
    leaving = draining(_target(), 100.0)
    assert not is_drained(leaving, GROUP, 399.9)
    assert is_drained(leaving, GROUP, 400.0)
    assert is_drained(replace(leaving, idle=True), GROUP, 100.0)
    hasty = replace(GROUP, attributes=(("deregistration_delay.timeout_seconds", "0"),))
    assert is_drained(leaving, hasty, 100.0)
    assert not is_drained(_target(), hasty, 1e9)


@given(st.lists(st.none() | st.integers(1, 50000), unique=True))
def test_the_default_rule_comes_last_and_the_others_by_priority(
    priorities: list[int | None],
) -> None:
    rules = [Rule(arn=str(p), listener="l", priority=p) for p in priorities]
    ordered = [rule.priority for rule in in_order(rules)]
    given_ = [p for p in priorities if p is not None]
    assert [p for p in ordered if p is not None] == sorted(given_)
    assert None not in ordered[:-1]


def test_a_rule_forwards_to_the_groups_it_names() -> None:
    shares = (WeightedGroup(target_group="a"), WeightedGroup(target_group="b", weight=0))
    rule = Rule(arn="r", listener="l", priority=1, actions=(Action(type="forward", groups=shares),))
    assert groups_of(rule) == ["a", "b"]
    assert forwards_to(rule, "b")
    assert not forwards_to(rule, "c")
