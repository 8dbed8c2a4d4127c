"""Listener rules as a deployment's load balancer configuration names them."""

from __future__ import annotations

from seaway.core.balancer import Rule
from seaway.store.transaction import Transaction


def shifting_rule(tx: Transaction, name: str) -> Rule | None:
    """The rule of this ARN; of a listener's ARN, its default rule (network load balancers)."""
    found = tx.find(Rule, name)
    if found is not None:
        return found
    rules = tx.where(Rule, listener=name)
    return next((rule for rule in rules if rule.priority is None), None)
