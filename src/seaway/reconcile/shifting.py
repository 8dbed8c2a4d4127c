"""Who gets a service's traffic: written where load balancers and Service Connect read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from seaway.core.balancer import Action, WeightedGroup
from seaway.core.service import Deployment, RevisionTraffic, Service
from seaway.core.service_deployment import ServiceDeployment
from seaway.core.strategy import shifts, weights
from seaway.store.rules import shifting_rule
from seaway.store.transaction import Transaction


def lead(tx: Transaction, service: Service, process: ServiceDeployment) -> None:
    """Bring the traffic where the deployment is at."""
    green = tx.find(Deployment, process.target)
    if not shifts(process.configuration):
        undirect(tx, service)
    elif green is not None:
        blue = tx.find(Deployment, process.blue or "")
        direct(tx, service, blue, green, process.share, process.tested)


def direct(
    tx: Transaction,
    service: Service,
    blue: Deployment | None,
    green: Deployment,
    share: float,
    tested: bool,
) -> None:
    """Give green this share (per cent) of the production traffic, blue the rest; writes changes.

    ``tested``: the test traffic is green's. Without blue all of both is.
    """
    blues, greens = weights(share)
    _direct_mesh(tx, service, blue, green, (blues, greens), tested)
    for balancer in green.load_balancers:
        other = balancer.alternate_target_group
        if other is None:
            continue
        production = {balancer.target_group: greens, other: blues}
        test = {balancer.target_group: int(tested), other: int(not tested)}
        for rule, wanted in ((balancer.production_rule, production), (balancer.test_rule, test)):
            if rule is not None:
                _weigh(tx, rule, wanted)


def undirect(tx: Transaction, service: Service) -> None:
    """Every task of the service is alike again, as a rolling deployment has it."""
    traffic = tx.find(RevisionTraffic, service.arn)
    if traffic is not None:
        tx.drop(traffic)


def _direct_mesh(
    tx: Transaction,
    service: Service,
    blue: Deployment | None,
    green: Deployment,
    shares: tuple[int, int],
    tested: bool,
) -> None:
    offered = any(d and d.connect and d.connect.enabled for d in (blue, green))
    if not offered:
        undirect(tx, service)
        return
    apart = ((blue.id, shares[0]), (green.id, shares[1])) if blue else ((green.id, shares[1]),)
    wanted = RevisionTraffic(
        service=service.arn, weights=apart, test=green.id if tested and blue else None
    )
    if tx.find(RevisionTraffic, service.arn) != wanted:
        tx.put(wanted)


def _weigh(tx: Transaction, name: str, wanted: Mapping[str, int]) -> None:
    rule = shifting_rule(tx, name)
    if rule is None:
        return  # The rule was deleted: nobody asks this service through it any more.
    actions = tuple(_weighed(action, wanted) for action in rule.actions)
    if actions != rule.actions:
        tx.put(replace(rule, actions=actions))


def _weighed(action: Action, wanted: Mapping[str, int]) -> Action:
    if action.type != "forward":
        return action
    kept = [share for share in action.groups if share.target_group not in wanted]
    present = [share.target_group for share in action.groups if share.target_group in wanted]
    # A group that somebody took out of the rule is put back: its revision may be the only one.
    order = present + [group for group in wanted if group not in present]
    shares = (WeightedGroup(target_group=group, weight=wanted[group]) for group in order)
    return replace(action, groups=(*shares, *kept))
