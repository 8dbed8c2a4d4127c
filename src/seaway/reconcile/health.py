"""What the proxies' health checks saw becomes the targets' state, in AWS's words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from seaway.core.balancer import Target, TargetGroup, TargetState
from seaway.core.balancer_rules import CHECKING, FAILED_CHECKS, TIMED_OUT
from seaway.core.discovery import Registration
from seaway.core.mesh.balance import dimension
from seaway.core.mesh.proxy import EndpointHealth, Failure, Health
from seaway.core.task import Task
from seaway.store.transaction import Transaction


def observe_health(tx: Transaction, seen: Iterable[EndpointHealth], now: float) -> None:
    """Write the targets whose state these observations change. ``now`` is epoch seconds."""
    places: dict[tuple[str, str, int], Target] | None = None
    for one in seen:
        if not one.upstream.startswith("balance/"):
            continue
        if places is None:
            places = _places(tx)
        group = one.upstream[one.upstream.index("/targetgroup/") + 1 :]
        target = places.get((group, one.address, one.port))
        if target is not None:
            tx.put(_judged(tx, target, one, now))


def _places(tx: Transaction) -> dict[tuple[str, str, int], Target]:
    """Targets by group and by where the proxy checks them: the task's own place if it has one."""
    found: dict[tuple[str, str, int], Target] = {}
    for target in tx.where(Target):
        if target.state is TargetState.DRAINING:
            continue
        address, port = target.address, target.port
        task = tx.find(Task, target.task or "")
        for binding in task.bindings if task else ():
            if binding.host_port == port and task is not None:
                address = task.address_of(binding.container) or address
                port = binding.container_port
                break
        found[(dimension(target.target_group), address, port)] = target
    return found


def _judged(tx: Transaction, target: Target, seen: EndpointHealth, now: float) -> Target:
    group = tx.find(TargetGroup, target.target_group)
    match seen.health:
        case Health.HEALTHY:
            return replace(target, state=TargetState.HEALTHY, reason=None, description=None)
        case Health.INITIAL:
            if target.state is not TargetState.INITIAL:
                return target
            reason, description = CHECKING
            return replace(target, reason=reason, description=description)
        case None if target.state is TargetState.HEALTHY:
            return target  # one failed check is not yet the unhealthy threshold
    if target.state is TargetState.INITIAL and now < _given_until(target, group):
        # The proxy calls a target unhealthy after its very first check; AWS gives a new one
        # as many as the unhealthy threshold says.
        reason, description = CHECKING
        return replace(target, reason=reason, description=description)
    reason, description = _why(seen)
    return replace(target, state=TargetState.UNHEALTHY, reason=reason, description=description)


def _given_until(target: Target, group: TargetGroup | None) -> float:
    if group is None:
        return target.registered_at
    return target.registered_at + group.check.unhealthy_threshold * group.check.interval


def _why(seen: EndpointHealth) -> tuple[str, str]:
    match seen.failure:
        case Failure.TIMEOUT:
            return TIMED_OUT
        case Failure.RESPONSE:
            return Failure.RESPONSE.value, "Health checks failed with unexpected status codes"
        case _:
            return FAILED_CHECKS


def observe_instance(tx: Transaction, key: str, healthy: bool) -> None:
    """Write what a Route 53 health check found of a Cloud Map instance, if that is still there."""
    found = tx.find(Registration, key)
    if found is not None:
        tx.put(replace(found, health="HEALTHY" if healthy else "UNHEALTHY"))
