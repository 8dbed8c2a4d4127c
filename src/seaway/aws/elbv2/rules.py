"""Rules: create, show, change, reorder, delete."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.elbv2 import actions, conditions, limits, lookup, naming, render, tagging
from seaway.aws.elbv2.errors import (
    InvalidConfigurationRequestException,
    OperationNotPermittedException,
    PriorityInUseException,
    TooManyRulesException,
    ValidationError,
)
from seaway.aws.operation import operation
from seaway.core.balancer import Rule
from seaway.core.balancer_rules import in_order
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import elbv2 as shapes

PRIORITIES = range(1, 50001)


@operation("elbv2")
def create_rule(
    tx: Transaction, call: Call, request: shapes.CreateRuleInput
) -> shapes.CreateRuleOutput:
    """A new rule of a listener, at a priority no other rule of it has."""
    listener = lookup.listener(tx, request["ListenerArn"])
    balancer = lookup.load_balancer(tx, listener.load_balancer)
    if balancer.is_network:
        raise ValidationError(
            f"Rules are not supported on listeners with the protocol '{listener.protocol}'"
        )
    _refuse_transforms(request)
    priority = _priority(request["Priority"])
    asked = conditions.parse(request["Conditions"])
    tags = tagging.parse(request.get("Tags", []))
    _check_free(tx, listener.arn, {priority})
    all_rules = lookup.rules_of_load_balancer(tx, balancer.arn)
    if sum(1 for rule in all_rules if rule.priority is not None) >= limits.RULES_PER_LOAD_BALANCER:
        raise TooManyRulesException(
            f"A load balancer can only have '{limits.RULES_PER_LOAD_BALANCER}' rules"
        )
    done = actions.parse(tx, balancer, listener.protocol, request["Actions"])
    actions.check_use(tx, balancer, done)
    rule = Rule(
        arn=naming.new_rule_arn(listener.arn, call.moment),
        listener=listener.arn,
        priority=priority,
        conditions=asked,
        actions=done,
        tags=tags,
    )
    tx.put(rule)
    return {"Rules": [render.rule(rule)]}


@operation("elbv2")
def describe_rules(
    tx: Transaction, call: Call, request: shapes.DescribeRulesInput
) -> shapes.DescribeRulesOutput:
    """A listener's rules as it tries them, or some by ARN."""
    owner, arns = request.get("ListenerArn"), request.get("RuleArns")
    if owner and arns:
        raise ValidationError("Listener rule ARNs and a listener ARN cannot both be specified")
    if arns:
        found = [lookup.rule(tx, arn) for arn in arns]
    elif owner:
        found = in_order(tx.where(Rule, listener=lookup.listener(tx, owner).arn))
    else:
        raise ValidationError("You must specify either listener rule ARNs or a listener ARN")
    shown, following = lookup.paged(
        found, request.get("Marker"), request.get("PageSize"), f"rules {owner} {arns}"
    )
    answer: shapes.DescribeRulesOutput = {"Rules": [render.rule(one) for one in shown]}
    if following:
        answer["NextMarker"] = following
    return answer


@operation("elbv2")
def modify_rule(
    tx: Transaction, call: Call, request: shapes.ModifyRuleInput
) -> shapes.ModifyRuleOutput:
    """Replace a rule's conditions, its actions, or both."""
    rule = lookup.rule(tx, request["RuleArn"])
    _refuse_transforms(request)
    if not request.get("Conditions") and not request.get("Actions"):
        if request.get("ResetTransforms"):
            return {"Rules": [render.rule(rule)]}
        raise ValidationError("Either conditions or actions must be specified")
    _refuse_default(rule, "modified")
    if request.get("Conditions"):
        rule = replace(rule, conditions=conditions.parse(request["Conditions"]))
    if request.get("Actions"):
        listener = lookup.listener(tx, rule.listener)
        balancer = lookup.load_balancer(tx, listener.load_balancer)
        done = actions.parse(tx, balancer, listener.protocol, request["Actions"])
        actions.check_use(tx, balancer, done)
        rule = replace(rule, actions=done)
    tx.put(rule)
    return {"Rules": [render.rule(rule)]}


@operation("elbv2")
def delete_rule(
    tx: Transaction, call: Call, request: shapes.DeleteRuleInput
) -> shapes.DeleteRuleOutput:
    """Drop a rule; the default rule goes only with its listener."""
    rule = lookup.rule(tx, request["RuleArn"])
    _refuse_default(rule, "deleted")
    tx.drop(rule)
    return {}


@operation("elbv2")
def set_rule_priorities(
    tx: Transaction, call: Call, request: shapes.SetRulePrioritiesInput
) -> shapes.SetRulePrioritiesOutput:
    """Reorder rules of a listener at once; two may so change places."""
    pairs = request["RulePriorities"]
    if not pairs:
        raise ValidationError("Rule priorities must be specified")
    moved: dict[str, Rule] = {}
    for pair in pairs:
        rule = lookup.rule(tx, pair.get("RuleArn", ""))
        _refuse_default(rule, "given a priority")
        if "Priority" not in pair:
            raise ValidationError("A rule priority must be specified")
        if rule.arn in moved:
            raise ValidationError(f"Rule '{rule.arn}' was provided multiple times")
        moved[rule.arn] = replace(rule, priority=_priority(pair["Priority"]))
    if len({rule.listener for rule in moved.values()}) > 1:
        raise ValidationError("All rules must belong to the same listener")
    _check_once(moved)
    listener = next(iter(moved.values())).listener
    wanted = {rule.priority for rule in moved.values() if rule.priority is not None}
    _check_free(tx, listener, wanted, besides=set(moved))
    for rule in moved.values():
        tx.put(rule)
    return {"Rules": [render.rule(rule) for rule in moved.values()]}


def _priority(number: int) -> int:
    if number not in PRIORITIES:
        raise ValidationError(
            f"1 validation error detected: Value '{number}' at 'priority' failed to satisfy "
            f"constraint: Member must have value "
            + ("less than or equal to 50000" if number > 0 else "greater than or equal to 1")
        )
    return number


def _check_once(moved: dict[str, Rule]) -> None:
    seen: set[int | None] = set()
    for rule in moved.values():
        if rule.priority in seen:
            raise ValidationError(f"Priority '{rule.priority}' was provided multiple times")
        seen.add(rule.priority)


def _check_free(
    tx: Transaction, listener: str, wanted: set[int], besides: set[str] | None = None
) -> None:
    for rule in tx.where(Rule, listener=listener):
        if rule.priority in wanted and rule.arn not in (besides or ()):
            raise PriorityInUseException(f"Priority '{rule.priority}' is currently in use")


def _refuse_default(rule: Rule, what: str) -> None:
    if rule.priority is None:
        raise OperationNotPermittedException(f"Default rule '{rule.arn}' cannot be {what}")


def _refuse_transforms(request: shapes.CreateRuleInput | shapes.ModifyRuleInput) -> None:
    if request.get("Transforms"):
        raise InvalidConfigurationRequestException(
            "Seaway has not built the transforms of rules (Transforms) yet; leave them out."
        )
