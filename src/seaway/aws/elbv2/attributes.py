"""Attributes of load balancers, listeners and target groups: AWS's defaults and what may be set.

What Seaway does not act on yet keeps its default: setting it to anything else is refused, so
that nobody believes in a setting that does nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from seaway.aws.elbv2.errors import InvalidConfigurationRequestException, ValidationError
from seaway.core.balancer import Attributes, LoadBalancer, TargetGroup

Check = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Setting:
    """An attribute's default, and which values AWS takes.

    ``built`` None: Seaway acts on every value; otherwise on these only.
    """

    default: str
    takes: Check
    built: tuple[str, ...] | None = None


def number(low: int, high: int) -> Check:
    """A decimal number in a range."""
    return lambda value: value.isdecimal() and low <= int(value) <= high


def one_of(*words: str) -> Check:
    """One of these words."""
    return lambda value: value in words


def matches(pattern: str) -> Check:
    """A text of this form."""
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def _flag(default: str = "false", *, built: bool = False) -> Setting:
    return Setting(default, one_of("true", "false"), None if built else (default,))


_anything = matches(r"(?s).*")

LOAD_BALANCER: Mapping[str, Setting] = {
    "access_logs.s3.enabled": _flag(built=True),
    "access_logs.s3.bucket": Setting("", _anything),
    "access_logs.s3.prefix": Setting("", _anything),
    "idle_timeout.timeout_seconds": Setting("60", number(1, 4000)),
    "deletion_protection.enabled": _flag(built=True),
    "routing.http2.enabled": _flag("true", built=True),
    "routing.http.drop_invalid_header_fields.enabled": _flag(built=True),
    "routing.http.xff_client_port.enabled": _flag(built=True),
    # The proxy never changes the Host header, so both values are kept.
    "routing.http.preserve_host_header.enabled": _flag(built=True),
    "routing.http.xff_header_processing.mode": Setting(
        "append", one_of("append", "preserve", "remove")
    ),
    "load_balancing.cross_zone.enabled": _flag("true"),
    "routing.http.desync_mitigation_mode": Setting(
        "defensive", one_of("monitor", "defensive", "strictest"), ("defensive",)
    ),
    "client_keep_alive.seconds": Setting("3600", number(60, 604800)),
    "waf.fail_open.enabled": _flag(),
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": _flag(built=True),
    "zonal_shift.config.enabled": _flag(),
    "connection_logs.s3.enabled": _flag(),
    "connection_logs.s3.bucket": Setting("", _anything),
    "connection_logs.s3.prefix": Setting("", _anything),
    "health_check_logs.s3.enabled": _flag(),
    "health_check_logs.s3.bucket": Setting("", _anything),
    "health_check_logs.s3.prefix": Setting("", _anything),
    "ipv6.deny_all_igw_traffic": _flag(),
}

NETWORK_LOAD_BALANCER: Mapping[str, Setting] = {
    "deletion_protection.enabled": _flag(built=True),
    "access_logs.s3.enabled": _flag(),
    "access_logs.s3.bucket": Setting("", _anything),
    "access_logs.s3.prefix": Setting("", _anything),
    # One proxy serves all zones, so any address leads to every target (AWS's default: false).
    "load_balancing.cross_zone.enabled": _flag("true"),
    "dns_record.client_routing_policy": Setting(
        "any_availability_zone",
        one_of(
            "any_availability_zone",
            "availability_zone_affinity",
            "partial_availability_zone_affinity",
        ),
        ("any_availability_zone",),
    ),
    "secondary_ips.auto_assigned.per_subnet": Setting("0", number(0, 7), ("0",)),
    "ipv6.deny_all_igw_traffic": _flag(),
    "zonal_shift.config.enabled": _flag(),
}
"""A network load balancer's (NLB guide: load balancer attributes)."""

_HEALTH: Mapping[str, Setting] = {
    "target_group_health.dns_failover.minimum_healthy_targets.count": Setting(
        "1", matches(r"off|[1-9]\d*"), ("1", "off")
    ),
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": Setting(
        "off", matches(r"off|[1-9]\d?|100"), ("off",)
    ),
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": Setting(
        "1", matches(r"[1-9]\d*"), ("1",)
    ),
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": Setting(
        "off", matches(r"off|[1-9]\d?|100")
    ),
}

TARGET_GROUP: Mapping[str, Setting] = {
    "stickiness.enabled": _flag(built=True),
    "deregistration_delay.timeout_seconds": Setting("300", number(0, 3600)),
    "stickiness.type": Setting("lb_cookie", one_of("lb_cookie", "app_cookie"), ("lb_cookie",)),
    "stickiness.lb_cookie.duration_seconds": Setting("86400", number(1, 604800)),
    "stickiness.app_cookie.cookie_name": Setting("", matches(r"(?!AWSALB)[!-~]*")),
    "stickiness.app_cookie.duration_seconds": Setting("86400", number(1, 604800)),
    "slow_start.duration_seconds": Setting("0", matches(r"0|[3-9]\d|[1-8]\d\d|900")),
    "load_balancing.algorithm.type": Setting(
        "round_robin", one_of("round_robin", "least_outstanding_requests", "weighted_random")
    ),
    "load_balancing.algorithm.anomaly_mitigation": Setting("off", one_of("on", "off"), ("off",)),
    "load_balancing.cross_zone.enabled": Setting(
        "use_load_balancer_configuration",
        one_of("true", "false", "use_load_balancer_configuration"),
        ("use_load_balancer_configuration", "true"),
    ),
    **_HEALTH,
}

NETWORK_TARGET_GROUP: Mapping[str, Setting] = {
    "stickiness.enabled": _flag(built=True),
    "stickiness.type": Setting("source_ip", one_of("source_ip")),
    "deregistration_delay.timeout_seconds": Setting("300", number(0, 3600)),
    "deregistration_delay.connection_termination.enabled": _flag(),
    # Targets see the proxy's address, unless the proxy protocol tells them the client's.
    "preserve_client_ip.enabled": _flag(),
    "proxy_protocol_v2.enabled": _flag(built=True),
    "load_balancing.cross_zone.enabled": Setting(
        "use_load_balancer_configuration",
        one_of("true", "false", "use_load_balancer_configuration"),
        ("use_load_balancer_configuration", "true"),
    ),
    "target_health_state.unhealthy.connection_termination.enabled": _flag("true", built=True),
    "target_health_state.unhealthy.draining_interval_seconds": Setting(
        "0", number(0, 360000), ("0",)
    ),
    **_HEALTH,
}
"""A target group's of a network load balancer (NLB guide: target group attributes)."""

_HEADER_NAMES = (
    "x_amzn_mtls_clientcert_serial_number",
    "x_amzn_mtls_clientcert_issuer",
    "x_amzn_mtls_clientcert_subject",
    "x_amzn_mtls_clientcert_validity",
    "x_amzn_mtls_clientcert_leaf",
    "x_amzn_mtls_clientcert",
    "x_amzn_tls_version",
    "x_amzn_tls_cipher_suite",
)
_HEADER_VALUES = (
    "strict_transport_security",
    "access_control_allow_origin",
    "access_control_allow_methods",
    "access_control_allow_headers",
    "access_control_allow_credentials",
    "access_control_expose_headers",
    "access_control_max_age",
    "content_security_policy",
    "x_content_type_options",
    "x_frame_options",
)


def _capitals(name: str) -> str:
    """A header as AWS writes it: X-Amzn-Tls-Version."""
    return "-".join(part.capitalize() for part in name.split("_"))


LISTENER: Mapping[str, Setting] = {
    "routing.http.response.server.enabled": _flag("true"),
    **{
        f"routing.http.response.{name}.header_value": Setting("", _anything, ("",))
        for name in _HEADER_VALUES
    },
}
"""An HTTP listener's."""

HTTPS_LISTENER: Mapping[str, Setting] = {
    **LISTENER,
    **{
        f"routing.http.request.{name}.header_name": Setting(
            _capitals(name), _anything, (_capitals(name),)
        )
        for name in _HEADER_NAMES
    },
}
"""An HTTPS listener's: how the request headers that tell of TLS are called, too."""

TCP_LISTENER: Mapping[str, Setting] = {
    "tcp.idle_timeout.seconds": Setting("350", number(60, 6000)),
}
"""A TCP or TLS listener's; those of datagrams have none."""

LISTENER_KEYS = frozenset((*HTTPS_LISTENER, *TCP_LISTENER))


def of_protocol(protocol: str) -> Mapping[str, Setting]:
    """The attributes listeners of this protocol have."""
    match protocol:
        case "HTTP":
            return LISTENER
        case "HTTPS":
            return HTTPS_LISTENER
        case "TCP" | "TLS" | "TCP_UDP":
            return TCP_LISTENER
    return {}


def of_type(balancer: LoadBalancer) -> Mapping[str, Setting]:
    """The attributes load balancers of this one's type have."""
    return NETWORK_LOAD_BALANCER if balancer.is_network else LOAD_BALANCER


def of_group(group: TargetGroup) -> Mapping[str, Setting]:
    """The attributes target groups of this one's protocol have."""
    return TARGET_GROUP if group.protocol in ("HTTP", "HTTPS") else NETWORK_TARGET_GROUP


def shown(settings: Mapping[str, Setting], held: Attributes) -> list[tuple[str, str]]:
    """All attributes with the values held, or else their defaults."""
    values = dict(held)
    return [(key, values.get(key, setting.default)) for key, setting in settings.items()]


def changed(
    settings: Mapping[str, Setting],
    held: Attributes,
    wanted: Iterable[tuple[str, str]],
    word: str,
) -> Attributes:
    """What is held after setting ``wanted``; ``word`` names the kind of resource in errors.

    Raises ValidationError for what AWS does not take, InvalidConfigurationRequestException for
    what is not built.
    """
    values, seen = dict(held), set[str]()
    for key, value in wanted:
        if key in seen:
            raise ValidationError(f"{word} attribute key '{key}' was specified more than once")
        seen.add(key)
        values[key] = _checked(settings, key, value, word)
    return tuple((key, values[key]) for key in settings if key in values)


def _checked(settings: Mapping[str, Setting], key: str, value: str, word: str) -> str:
    setting = settings.get(key)
    if setting is None:
        raise ValidationError(f"{word} attribute key '{key}' is not recognized")
    if not setting.takes(value):
        raise ValidationError(f"{word} attribute '{key}' does not take the value '{value}'")
    if setting.built is not None and value not in setting.built:
        raise InvalidConfigurationRequestException(
            f"Seaway has not built the value '{value}' of the attribute '{key}' yet; "
            f"it stays at '{setting.default}'."
        )
    return value


def of_load_balancer(balancer: LoadBalancer) -> list[tuple[str, str]]:
    """A load balancer's attributes; an internal one denies internet gateways by default."""
    internal = balancer.scheme == "internal"
    key = "ipv6.deny_all_igw_traffic"
    return [
        (name, "true" if internal and name == key else value)
        for name, value in shown(of_type(balancer), balancer.attributes)
    ]


def of_target_group(group: TargetGroup) -> list[tuple[str, str]]:
    """A target group's attributes."""
    return shown(of_group(group), group.attributes)


def check_group(group: TargetGroup) -> None:
    """Refuse settings that AWS does not take together."""
    algorithm = group.attribute("load_balancing.algorithm.type", "round_robin")
    slow = group.attribute("slow_start.duration_seconds", "0")
    if slow != "0" and algorithm != "round_robin":
        raise InvalidConfigurationRequestException(
            f"The load balancing algorithm '{algorithm}' cannot be used with slow start"
        )
