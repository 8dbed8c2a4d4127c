"""A rule's actions: read, checked against the listener and its load balancer, and shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from seaway.aws.elbv2 import limits, lookup, protocols
from seaway.aws.elbv2.errors import (
    InvalidConfigurationRequestException,
    InvalidLoadBalancerActionException,
    TargetGroupAssociationLimitException,
    TooManyActionsException,
    TooManyTargetGroupsException,
    TooManyUniqueTargetGroupsPerLoadBalancerException,
    ValidationError,
)
from seaway.aws.elbv2.protocols import NETWORK
from seaway.core.balancer import Action, LoadBalancer, WeightedGroup
from seaway.core.balancer_rules import groups_of
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import elbv2 as shapes

ROUTING = ("forward", "redirect", "fixed-response")
HTTPS_ONLY = ("authenticate-oidc", "authenticate-cognito", "jwt-validation")
MEMBERS = {
    "TargetGroupArn": "forward",
    "ForwardConfig": "forward",
    "RedirectConfig": "redirect",
    "FixedResponseConfig": "fixed-response",
    "AuthenticateOidcConfig": "authenticate-oidc",
    "AuthenticateCognitoConfig": "authenticate-cognito",
    "JwtValidationConfig": "jwt-validation",
}
"""The type of action that each member of an action belongs to."""
CONTENT_TYPES = (
    "text/plain",
    "text/css",
    "text/html",
    "application/javascript",
    "application/json",
)


def parse(
    tx: Transaction, balancer: LoadBalancer, protocol: str, raw: Sequence[shapes.Action]
) -> tuple[Action, ...]:
    """The actions of a rule of one of ``balancer``'s listeners, in the order they are done.

    ``protocol`` is the listener's. Raises ValidationError, InvalidLoadBalancerActionException,
    TooManyActionsException, TargetGroupNotFoundException, TargetGroupAssociationLimitException
    and InvalidConfigurationRequestException.
    """
    if not raw:
        raise ValidationError("An action must be specified")
    if len(raw) > limits.ACTIONS_PER_RULE:
        raise TooManyActionsException(f"A rule can only have '{limits.ACTIONS_PER_RULE}' actions")
    _check_order(raw, protocol)
    actions = tuple(_action(one) for one in raw)
    if balancer.is_network and any(action.sticky for action in actions):
        raise InvalidConfigurationRequestException(
            "Seaway has not built target group stickiness of network load balancers "
            "(TargetGroupStickinessConfig); leave it disabled."
        )
    check_groups(tx, balancer, protocol, actions)
    return actions


def check_groups(
    tx: Transaction, balancer: LoadBalancer, protocol: str, actions: Sequence[Action]
) -> None:
    """Refuse target groups that a listener of this protocol can't forward to."""
    for action in actions:
        _check_groups(tx, balancer, protocol, action)


def check_use(tx: Transaction, balancer: LoadBalancer, actions: Sequence[Action]) -> None:
    """Refuse when these actions would give the load balancer too many target groups."""
    used = {
        group
        for rule in lookup.rules_of_load_balancer(tx, balancer.arn)
        for group in groups_of(rule)
    }
    used.update(share.target_group for action in actions for share in action.groups)
    if len(used) > limits.TARGET_GROUPS_PER_LOAD_BALANCER:
        raise TooManyUniqueTargetGroupsPerLoadBalancerException(
            f"A load balancer can only have '{limits.TARGET_GROUPS_PER_LOAD_BALANCER}' "
            "unique target groups"
        )


def render(action: Action) -> shapes.Action:
    """An action as DescribeRules and DescribeListeners show it."""
    shown: shapes.Action = {"Type": action.type}
    if action.type == "forward" and len(action.groups) == 1:
        shown["TargetGroupArn"] = action.groups[0].target_group
    if action.order is not None:
        shown["Order"] = action.order
    match action.type:
        case "redirect":
            shown["RedirectConfig"] = {
                "Protocol": action.protocol,
                "Port": action.port,
                "Host": action.host,
                "Path": action.path,
                "Query": action.query,
                "StatusCode": action.status,
            }
        case "fixed-response":
            fixed: shapes.FixedResponseActionConfig = {"StatusCode": action.status}
            if action.body is not None:
                fixed["MessageBody"] = action.body
            if action.content_type is not None:
                fixed["ContentType"] = action.content_type
            shown["FixedResponseConfig"] = fixed
        case _:
            shown["ForwardConfig"] = {
                "TargetGroups": [
                    {"TargetGroupArn": share.target_group, "Weight": share.weight}
                    for share in action.groups
                ],
                "TargetGroupStickinessConfig": _stickiness(action),
            }
    return shown


def _stickiness(action: Action) -> shapes.TargetGroupStickinessConfig:
    if action.sticky:
        return {"Enabled": True, "DurationSeconds": action.sticky}
    return {"Enabled": False}


def _check_order(raw: Sequence[shapes.Action], protocol: str) -> None:
    for one in raw:
        if one["Type"] in HTTPS_ONLY and protocol == "HTTPS":
            raise InvalidConfigurationRequestException(
                f"Seaway has not built actions of type '{one['Type']}' yet."
            )
        if one["Type"] in HTTPS_ONLY:
            raise InvalidLoadBalancerActionException(
                f"Actions of type '{one['Type']}' are supported only on HTTPS listeners"
            )
        if one["Type"] not in ROUTING:
            raise ValidationError(f"Action type '{one['Type']}' must be one of '{list(ROUTING)}'")
        if protocol in NETWORK and one["Type"] != "forward":
            raise InvalidLoadBalancerActionException(
                f"Actions of type '{one['Type']}' are not supported on listeners with the "
                f"protocol '{protocol}'"
            )
        for member, kind in MEMBERS.items():
            if one.get(member) and one["Type"] != kind:
                raise InvalidLoadBalancerActionException(
                    f"{member} can only be specified for an action of type '{kind}'"
                )
    # Every kind of action that may come before the last authenticates, which is not built.
    if len(raw) > 1:
        raise InvalidLoadBalancerActionException(
            "A rule must have exactly one action of type 'forward', 'redirect' or "
            "'fixed-response', and it must be the last action"
        )


def _action(raw: shapes.Action) -> Action:
    match raw["Type"]:
        case "forward":
            return _forward(raw)
        case "redirect":
            return _redirect(raw)
        case _:
            return _fixed_response(raw)


def _forward(raw: shapes.Action) -> Action:
    config = raw.get("ForwardConfig", {})
    shares = tuple(_share(one) for one in config.get("TargetGroups", ()))
    alone = raw.get("TargetGroupArn")
    if alone and shares and [share.target_group for share in shares] != [alone]:
        raise InvalidLoadBalancerActionException(
            "ForwardConfig may only name the target group that is given in TargetGroupArn"
        )
    if not alone and not shares:
        raise ValidationError("A target group ARN must be specified")
    if len(shares) > limits.TARGET_GROUPS_PER_ACTION:
        raise TooManyTargetGroupsException(
            f"An action can only have '{limits.TARGET_GROUPS_PER_ACTION}' target groups"
        )
    if len({share.target_group for share in shares}) < len(shares):
        raise InvalidLoadBalancerActionException(
            "A target group can only be specified once in an action"
        )
    groups = shares or (WeightedGroup(target_group=alone or ""),)
    sticky = _sticky(config.get("TargetGroupStickinessConfig", {}))
    return Action(type="forward", order=raw.get("Order"), groups=groups, sticky=sticky)


def _sticky(config: shapes.TargetGroupStickinessConfig) -> int:
    """Seconds a client stays with its target group; 0 = it does not."""
    if not config.get("Enabled"):
        return 0
    seconds = config.get("DurationSeconds")
    if seconds is None:
        raise ValidationError("The duration of target group stickiness must be specified")
    if not 1 <= seconds <= 604800:
        raise ValidationError(
            f"Target group stickiness duration '{seconds}' must be in the range from '1' to "
            "'604800'"
        )
    return seconds


def _share(raw: shapes.TargetGroupTuple) -> WeightedGroup:
    arn = raw.get("TargetGroupArn")
    if not arn:
        raise ValidationError("A target group ARN must be specified")
    weight = raw.get("Weight", 1)
    if not 0 <= weight <= 999:
        raise ValidationError(f"Weight '{weight}' must be in the range from '0' to '999'")
    return WeightedGroup(target_group=arn, weight=weight)


def _redirect(raw: shapes.Action) -> Action:
    config = raw.get("RedirectConfig")
    if config is None:
        raise InvalidLoadBalancerActionException(
            "A RedirectConfig must be specified for an action of type 'redirect'"
        )
    port, path = config.get("Port", "#{port}"), config.get("Path", "/#{path}")
    if port != "#{port}" and not (port.isdigit() and 1 <= int(port) <= 65535):
        raise InvalidLoadBalancerActionException(
            f"The redirect port '{port}' must be '#{{port}}' or from '1' to '65535'"
        )
    if not path.startswith("/"):
        raise InvalidLoadBalancerActionException(f"The redirect path '{path}' must begin with '/'")
    action = Action(
        type="redirect",
        order=raw.get("Order"),
        status=config["StatusCode"],
        protocol=config.get("Protocol", "#{protocol}"),
        host=config.get("Host", "#{host}"),
        port=port,
        path=path,
        query=config.get("Query", "#{query}"),
    )
    kept = Action(type="redirect")
    if (action.protocol, action.host, action.port, action.path) == (
        kept.protocol,
        kept.host,
        kept.port,
        kept.path,
    ):
        raise InvalidLoadBalancerActionException(
            "A redirect must change at least one of protocol, host, port or path"
        )
    return action


def _fixed_response(raw: shapes.Action) -> Action:
    config = raw.get("FixedResponseConfig")
    if config is None:
        raise InvalidLoadBalancerActionException(
            "A FixedResponseConfig must be specified for an action of type 'fixed-response'"
        )
    status, kind = config["StatusCode"], config.get("ContentType")
    if not re.fullmatch(r"[245]\d\d", status):
        raise ValidationError(f"The status code '{status}' must be 2XX, 4XX or 5XX")
    if kind is not None and kind not in CONTENT_TYPES:
        raise InvalidLoadBalancerActionException(
            f"The ContentType must be one of:'{', '.join(CONTENT_TYPES)}'"
        )
    return Action(
        type="fixed-response",
        order=raw.get("Order"),
        status=status,
        content_type=kind,
        body=config.get("MessageBody"),
    )


def _check_groups(tx: Transaction, balancer: LoadBalancer, protocol: str, action: Action) -> None:
    for share in action.groups:
        group = lookup.target_group(tx, share.target_group)
        protocols.check_group(protocol, group)
        if group.vpc != balancer.vpc:
            raise InvalidConfigurationRequestException(
                f"The target group '{group.arn}' must be in the same VPC as the load balancer "
                f"'{balancer.arn}'"
            )
        if any(arn != balancer.arn for arn in lookup.load_balancers_using(tx, group.arn)):
            raise TargetGroupAssociationLimitException(
                "The following target groups cannot be associated with more than one load "
                f"balancer: {group.arn}"
            )
