"""Finds what a request names, or says in AWS's words that it is not there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from seaway.aws.call import Call, here
from seaway.aws.elbv2.errors import (
    ListenerNotFoundException,
    LoadBalancerNotFoundException,
    RuleNotFoundException,
    TargetGroupNotFoundException,
    ValidationError,
)
from seaway.aws.paging import BadToken, page
from seaway.core.balancer import Listener, LoadBalancer, Rule, TargetGroup
from seaway.core.balancer_rules import forwards_to, groups_of
from seaway.store.transaction import Transaction

T = TypeVar("T")

PAGE = 400
"""Results of a page when PageSize is left out, which is also its maximum."""


def load_balancer(tx: Transaction, arn: str) -> LoadBalancer:
    """The load balancer of this ARN. Raises ValidationError, LoadBalancerNotFoundException."""
    _check(arn, "loadbalancer", "load balancer")
    found = tx.find(LoadBalancer, arn)
    if found is None:
        raise LoadBalancerNotFoundException(f"Load balancer '{arn}' not found")
    return found


def listener(tx: Transaction, arn: str) -> Listener:
    """The listener of this ARN. Raises ValidationError, ListenerNotFoundException."""
    _check(arn, "listener", "listener")
    found = tx.find(Listener, arn)
    if found is None:
        raise ListenerNotFoundException("One or more listeners not found")
    return found


def rule(tx: Transaction, arn: str) -> Rule:
    """The rule of this ARN. Raises ValidationError, RuleNotFoundException."""
    _check(arn, "listener-rule", "listener rule")
    found = tx.find(Rule, arn)
    if found is None:
        raise RuleNotFoundException("One or more rules not found")
    return found


def target_group(tx: Transaction, arn: str) -> TargetGroup:
    """The target group of this ARN. Raises ValidationError, TargetGroupNotFoundException."""
    _check(arn, "targetgroup", "target group")
    found = tx.find(TargetGroup, arn)
    if found is None:
        raise TargetGroupNotFoundException(f"Target groups '{arn}' not found")
    return found


def _check(arn: str, kind: str, word: str) -> None:
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn" or not parts[5].startswith(f"{kind}/"):
        raise ValidationError(f"'{arn}' is not a valid {word} ARN")


def load_balancer_named(tx: Transaction, call: Call, name: str) -> LoadBalancer | None:
    """The caller's load balancer of this name."""
    return next((lb for lb in here(call, tx.where(LoadBalancer, name=name))), None)


def target_group_named(tx: Transaction, call: Call, name: str) -> TargetGroup | None:
    """The caller's target group of this name."""
    return next((group for group in here(call, tx.where(TargetGroup, name=name))), None)


def rules_of_load_balancer(tx: Transaction, arn: str) -> list[Rule]:
    """All rules of all its listeners, defaults included."""
    return [
        found
        for port in tx.where(Listener, load_balancer=arn)
        for found in tx.where(Rule, listener=port.arn)
    ]


def load_balancers_using(tx: Transaction, group: str) -> list[str]:
    """The ARNs of the load balancers some rule of which forwards to the target group."""
    used: dict[str, None] = {}
    for found in tx.where(Rule):
        if forwards_to(found, group):
            port = tx.find(Listener, found.listener)
            if port is not None:
                used[port.load_balancer] = None
    return list(used)


def users_of_groups(tx: Transaction) -> dict[str, list[str]]:
    """For every target group in use, the ARNs of the load balancers that use it."""
    users: dict[str, list[str]] = {}
    for found in tx.where(Rule):
        port = tx.find(Listener, found.listener)
        for group in groups_of(found):
            if port is not None and port.load_balancer not in users.setdefault(group, []):
                users[group].append(port.load_balancer)
    return users


def paged(
    items: Sequence[T], marker: str | None, size: int | None, scope: str
) -> tuple[list[T], str | None]:
    """A page of a describe operation's answer. Raises ValidationError for a strange marker."""
    try:
        found, following = page(items, marker, size or PAGE, scope)
    except BadToken as error:
        raise ValidationError(f"The marker '{marker}' is not valid") from error
    return list(found), following
