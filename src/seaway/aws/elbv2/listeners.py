"""Listeners: create, show, change, delete. A listener's default is a rule of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.elbv2 import actions, attributes, limits, lookup, naming, render, tagging
from seaway.aws.elbv2.errors import (
    DuplicateListenerException,
    InvalidConfigurationRequestException,
    ListenerNotFoundException,
    TooManyListenersException,
    UnsupportedProtocolException,
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
    _refuse_unbuilt(protocol, request)
    tags = tagging.parse(request.get("Tags", []))
    _check_port(tx, balancer.arn, port)
    others = tx.where(Listener, load_balancer=balancer.arn)
    if len(others) >= limits.LISTENERS_PER_LOAD_BALANCER:
        raise TooManyListenersException(
            f"A load balancer can only have '{limits.LISTENERS_PER_LOAD_BALANCER}' listeners"
        )
    default = actions.parse(tx, balancer, request["DefaultActions"])
    actions.check_use(tx, balancer, default)
    listener = Listener(
        arn=naming.new_listener_arn(balancer.arn, call.moment),
        load_balancer=balancer.arn,
        port=port,
        protocol=protocol,
        created_at=call.moment.now,
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
    """Change a listener's port or default actions; what is left out stays."""
    listener = lookup.listener(tx, request["ListenerArn"])
    protocol = request.get("Protocol", listener.protocol)
    port = request.get("Port", listener.port)
    _refuse_unbuilt(protocol, request)
    if port != listener.port:
        _check_port(tx, listener.load_balancer, port)
    default = _default(tx, listener)
    if request.get("DefaultActions"):
        balancer = lookup.load_balancer(tx, listener.load_balancer)
        wanted = actions.parse(tx, balancer, request["DefaultActions"])
        actions.check_use(tx, balancer, wanted)
        default = replace(default, actions=wanted)
        tx.put(default)
    updated = replace(listener, port=port, protocol=protocol)
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
    for key, _ in wanted:
        if key in attributes.HTTPS_LISTENER:
            raise InvalidConfigurationRequestException(
                f"Listener attribute '{key}' is not supported on listeners with the protocol "
                f"'{listener.protocol}'"
            )
    held = attributes.changed(attributes.LISTENER, listener.attributes, wanted, "Listener")
    updated = replace(listener, attributes=held)
    tx.put(updated)
    return {"Attributes": _attributes(updated)}


def _attributes(listener: Listener) -> list[shapes.ListenerAttribute]:
    held = attributes.shown(attributes.LISTENER, listener.attributes)
    return [{"Key": key, "Value": value} for key, value in held]


def _default(tx: Transaction, listener: Listener) -> Rule:
    rules = tx.where(Rule, listener=listener.arn)
    return next(rule for rule in rules if rule.priority is None)


def _check_port(tx: Transaction, balancer: str, port: int) -> None:
    if any(other.port == port for other in tx.where(Listener, load_balancer=balancer)):
        raise DuplicateListenerException(
            f"A listener already exists on this port for this load balancer '{balancer}'"
        )


def _refuse_unbuilt(
    protocol: str, request: shapes.CreateListenerInput | shapes.ModifyListenerInput
) -> None:
    if protocol == "HTTPS":
        raise UnsupportedProtocolException(
            "Seaway has not built HTTPS listeners yet; Protocol must be 'HTTP'."
        )
    if protocol != "HTTP":
        raise ValidationError(f"Listener protocol '{protocol}' must be one of 'HTTPS, HTTP'")
    for member in ("Certificates", "SslPolicy"):
        if request.get(member):
            raise ValidationError(f"{member} can only be specified for HTTPS listeners")
    if request.get("MutualAuthentication", {"Mode": "off"}) != {"Mode": "off"}:
        raise ValidationError("MutualAuthentication can only be specified for HTTPS listeners")
    if request.get("AlpnPolicy"):
        raise ValidationError("An ALPN policy can only be specified for TLS listeners")
