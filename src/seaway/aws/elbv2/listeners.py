"""Listeners: create, show, change, delete. A listener's default is a rule of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.elbv2 import (
    actions,
    attributes,
    certificates,
    limits,
    lookup,
    naming,
    protocols,
    render,
    tagging,
)
from seaway.aws.elbv2.errors import (
    DuplicateListenerException,
    InvalidConfigurationRequestException,
    ListenerNotFoundException,
    TooManyListenersException,
    ValidationError,
)
from seaway.aws.operation import operation
from seaway.core.balancer import Listener, Rule
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import elbv2 as shapes


@operation("elbv2")
def create_listener(
    tx: Transaction, call: Call, request: shapes.CreateListenerInput
) -> shapes.CreateListenerOutput:
    """Open a port of a load balancer. Raises DuplicateListenerException for one that is open."""
    balancer = lookup.load_balancer(tx, request["LoadBalancerArn"])
    protocol, port = request.get("Protocol"), request.get("Port")
    if not protocol:
        raise ValidationError("A listener protocol must be specified")
    if port is None:
        raise ValidationError("A listener port must be specified")
    protocols.check_listener(balancer, protocol)
    ended = certificates.parse(tx, call, protocol, request)
    tags = tagging.parse(request.get("Tags", []))
    _check_port(tx, balancer.arn, port)
    others = tx.where(Listener, load_balancer=balancer.arn)
    if len(others) >= limits.LISTENERS_PER_LOAD_BALANCER:
        raise TooManyListenersException(
            f"A load balancer can only have '{limits.LISTENERS_PER_LOAD_BALANCER}' listeners"
        )
    default = actions.parse(tx, balancer, protocol, request["DefaultActions"])
    actions.check_use(tx, balancer, default)
    listener = Listener(
        arn=naming.new_listener_arn(balancer.arn, call.moment),
        load_balancer=balancer.arn,
        port=port,
        protocol=protocol,
        created_at=call.moment.now,
        certificates=ended.certificates,
        ssl_policy=ended.ssl_policy,
        alpn_policy=ended.alpn_policy,
        tags=tags,
    )
    tx.put(listener)
    arn = naming.new_rule_arn(listener.arn, call.moment)
    tx.put(Rule(arn=arn, listener=listener.arn, priority=None, actions=default))
    return {"Listeners": [render.listener(listener, default)]}


@operation("elbv2")
def describe_listeners(
    tx: Transaction, call: Call, request: shapes.DescribeListenersInput
) -> shapes.DescribeListenersOutput:
    """The listeners of a load balancer, or some by ARN."""
    owner, arns = request.get("LoadBalancerArn"), request.get("ListenerArns")
    if owner and arns:
        raise ValidationError("Load balancer ARN and listener ARNs cannot both be specified")
    if arns:
        found = [lookup.listener(tx, arn) for arn in arns]
    elif owner:
        found = tx.where(Listener, load_balancer=lookup.load_balancer(tx, owner).arn)
    else:
        raise ValidationError("You must specify either listener ARNs or a load balancer ARN")
    shown, following = lookup.paged(
        found, request.get("Marker"), request.get("PageSize"), f"listeners {owner} {arns}"
    )
    answer: shapes.DescribeListenersOutput = {
        "Listeners": [render.listener(one, _default(tx, one).actions) for one in shown]
    }
    if following:
        answer["NextMarker"] = following
    return answer


@operation("elbv2")
def modify_listener(
    tx: Transaction, call: Call, request: shapes.ModifyListenerInput
) -> shapes.ModifyListenerOutput:
    """Change a listener's port, protocol, certificate or default actions; the rest stays."""
    listener = lookup.listener(tx, request["ListenerArn"])
    balancer = lookup.load_balancer(tx, listener.load_balancer)
    protocol = request.get("Protocol", listener.protocol)
    port = request.get("Port", listener.port)
    protocols.check_listener(balancer, protocol)
    ended = certificates.parse(tx, call, protocol, request, listener)
    if port != listener.port:
        _check_port(tx, listener.load_balancer, port)
    default = _default(tx, listener)
    if request.get("DefaultActions"):
        wanted = actions.parse(tx, balancer, protocol, request["DefaultActions"])
        actions.check_use(tx, balancer, wanted)
        default = replace(default, actions=wanted)
        tx.put(default)
    elif protocol != listener.protocol:
        actions.check_groups(tx, balancer, protocol, default.actions)
    updated = replace(
        listener,
        port=port,
        protocol=protocol,
        certificates=ended.certificates,
        ssl_policy=ended.ssl_policy,
        alpn_policy=ended.alpn_policy,
    )
    tx.put(updated)
    return {"Listeners": [render.listener(updated, default.actions)]}


@operation("elbv2")
def delete_listener(
    tx: Transaction, call: Call, request: shapes.DeleteListenerInput
) -> shapes.DeleteListenerOutput:
    """Close a port, and drop its rules."""
    try:
        listener = lookup.listener(tx, request["ListenerArn"])
    except ListenerNotFoundException:
        arn = request["ListenerArn"]
        raise ListenerNotFoundException(f"Listener '{arn}' not found") from None
    for rule in tx.where(Rule, listener=listener.arn):
        tx.drop(rule)
    tx.drop(listener)
    return {}


@operation("elbv2")
def describe_listener_attributes(
    tx: Transaction, call: Call, request: shapes.DescribeListenerAttributesInput
) -> shapes.DescribeListenerAttributesOutput:
    """A listener's attributes, with AWS's defaults."""
    return {"Attributes": _attributes(lookup.listener(tx, request["ListenerArn"]))}


@operation("elbv2")
def modify_listener_attributes(
    tx: Transaction, call: Call, request: shapes.ModifyListenerAttributesInput
) -> shapes.ModifyListenerAttributesOutput:
    """Set some attributes of a listener; the others stay."""
    listener = lookup.listener(tx, request["ListenerArn"])
    wanted = [(one.get("Key", ""), one.get("Value", "")) for one in request["Attributes"]]
    settings = attributes.of_protocol(listener.protocol)
    for key, _ in wanted:
        if key not in settings and key in attributes.LISTENER_KEYS:
            raise InvalidConfigurationRequestException(
                f"Listener attribute '{key}' is not supported on listeners with the protocol "
                f"'{listener.protocol}'"
            )
    held = attributes.changed(settings, listener.attributes, wanted, "Listener")
    updated = replace(listener, attributes=held)
    tx.put(updated)
    return {"Attributes": _attributes(updated)}


def _attributes(listener: Listener) -> list[shapes.ListenerAttribute]:
    held = attributes.shown(attributes.of_protocol(listener.protocol), listener.attributes)
    return [{"Key": key, "Value": value} for key, value in held]


def _default(tx: Transaction, listener: Listener) -> Rule:
    rules = tx.where(Rule, listener=listener.arn)
    return next(rule for rule in rules if rule.priority is None)


def _check_port(tx: Transaction, balancer: str, port: int) -> None:
    if any(other.port == port for other in tx.where(Listener, load_balancer=balancer)):
        raise DuplicateListenerException(
            f"A listener already exists on this port for this load balancer '{balancer}'"
        )
