"""Names and ARNs of load balancing resources."""

from __future__ import annotations

import re

from seaway.aws.call import Call
from seaway.aws.elbv2.errors import ValidationError
from seaway.core.moment import Moment

_WORD = re.compile(r"[A-Za-z0-9-]+")


def checked_name(name: str, word: str) -> str:
    """The name, when AWS would take it for a ``word`` (load balancer, target group)."""
    if len(name) > 32:
        raise ValidationError(f"{word} name '{name}' cannot be longer than '32' characters")
    if not _WORD.fullmatch(name):
        raise ValidationError(
            f"{word} name '{name}' can only contain characters that are alphanumeric "
            "characters or hyphens(-)"
        )
    if name.startswith("-") or name.endswith("-"):
        raise ValidationError(f"{word} name '{name}' cannot begin or end with a hyphen(-)")
    return name


def new_load_balancer_arn(call: Call, name: str, kind: str = "application") -> str:
    """A new load balancer's ARN; ``kind`` is application or network."""
    short = "net" if kind == "network" else "app"
    return call.arn("elasticloadbalancing", f"loadbalancer/{short}/{name}/{call.moment.hex(16)}")


def new_target_group_arn(call: Call, name: str) -> str:
    """A new target group's ARN."""
    return call.arn("elasticloadbalancing", f"targetgroup/{name}/{call.moment.hex(16)}")


def new_listener_arn(balancer: str, moment: Moment) -> str:
    """A new listener's ARN at the load balancer (given by ARN)."""
    return f"{balancer.replace(':loadbalancer/', ':listener/', 1)}/{moment.hex(16)}"


def new_rule_arn(listener: str, moment: Moment) -> str:
    """A new rule's ARN at the listener (given by ARN)."""
    return f"{listener.replace(':listener/', ':listener-rule/', 1)}/{moment.hex(16)}"


def network_dns_name(arn: str, region: str) -> str:
    """A network load balancer's DNS name has its id, as on AWS, and no ``internal-``."""
    _, _, name, number = arn.rsplit("/", 3)
    return f"{name}-{number}.{region}.elb.seaway.internal"


def dns_name(call: Call, name: str, scheme: str) -> str:
    """A new application load balancer's DNS name."""
    prefix = "internal-" if scheme == "internal" else ""
    return f"{prefix}{name}-{call.moment.digits(10)}.{call.region}.elb.seaway.internal"


def full_name(balancer: str) -> str:
    """What stands for a load balancer (given by ARN) in descriptions and metrics: app/name/id."""
    return balancer.split(":loadbalancer/", 1)[-1]
