"""Which protocols go together: load balancers, their listeners, target groups and checks."""

from __future__ import annotations

from seaway.aws.elbv2.errors import (
    IncompatibleProtocolsException,
    InvalidConfigurationRequestException,
    UnsupportedProtocolException,
    ValidationError,
)
from seaway.core.balancer import LoadBalancer, TargetGroup

APPLICATION = ("HTTP", "HTTPS")
NETWORK = ("TCP", "TLS", "UDP", "TCP_UDP")
SECURE = ("HTTPS", "TLS")
NOT_BUILT = ("QUIC", "TCP_QUIC", "GENEVE")

_GROUPS = {
    "HTTP": APPLICATION,
    "HTTPS": APPLICATION,
    "TCP": ("TCP", "TCP_UDP"),
    "TLS": ("TCP", "TLS"),
    "UDP": ("UDP", "TCP_UDP"),
    "TCP_UDP": ("TCP_UDP",),
}
"""The protocols of target groups that a listener of a protocol can forward to (NLB guide)."""


def check_listener(balancer: LoadBalancer, protocol: str) -> None:
    """Refuse a protocol that listeners of this load balancer can't have."""
    if balancer.is_network and protocol in NOT_BUILT:
        raise UnsupportedProtocolException(
            f"Seaway has not built listeners with the protocol '{protocol}'; it must be one of "
            f"'{', '.join(NETWORK)}'."
        )
    allowed = NETWORK if balancer.is_network else ("HTTPS", "HTTP")
    if protocol not in allowed:
        raise ValidationError(
            f"Listener protocol '{protocol}' must be one of '{', '.join(allowed)}'"
        )


def check_group(listener: str, group: TargetGroup) -> None:
    """Refuse a target group that a listener of this protocol can't forward to."""
    if group.protocol not in _GROUPS[listener]:
        raise IncompatibleProtocolsException(
            f"Listener protocol '{listener}' is not supported with a target group with the "
            f"protocol '{group.protocol}'"
        )
    # HTTP/2 and gRPC to targets need an HTTPS listener (guide: protocol version).
    if listener == "HTTP" and group.protocol_version != "HTTP1":
        raise IncompatibleProtocolsException(
            f"Listener protocol '{listener}' is not supported with a target group with the "
            f"protocol-version '{group.protocol_version}'"
        )


def checked_group_protocol(protocol: str | None) -> str:
    """The protocol a new target group has. Raises ValidationError when there is none."""
    if not protocol:
        raise ValidationError("A protocol must be specified")
    if protocol in NOT_BUILT:
        raise InvalidConfigurationRequestException(
            f"Seaway has not built target groups with the protocol '{protocol}'; it must be one of "
            f"'{', '.join((*APPLICATION, *NETWORK))}'."
        )
    return protocol


def checked_version(protocol: str, version: str | None) -> str:
    """The protocol version of a new target group; "" for those without requests."""
    if protocol not in APPLICATION:
        if version:
            raise ValidationError(
                f"Protocol version is not supported for target groups with protocol '{protocol}'"
            )
        return ""
    version = (version or "HTTP1").upper()
    if version not in ("HTTP1", "HTTP2", "GRPC"):
        raise ValidationError(f"Protocol version '{version}' must be one of 'HTTP1, HTTP2, GRPC'")
    return version
