"""A target group's health check as a request gives it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.elbv2 import protocols
from seaway.aws.elbv2.errors import InvalidConfigurationRequestException, ValidationError
from seaway.core.balancer import TargetGroup, TargetHealthCheck
from seaway.core.mesh.clusters import GRPC_HEALTH, matched

if TYPE_CHECKING:
    from seaway.aws.shapes import elbv2 as shapes

_PART = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?")


def default(group: TargetGroup, request: shapes.CreateTargetGroupInput) -> TargetHealthCheck:
    """AWS's defaults for a new target group, by its protocols and its check's (API)."""
    if group.protocol in protocols.NETWORK:
        protocol = request.get("HealthCheckProtocol", "TCP")
        timeout = 10 if protocol == "TCP" else 6
        return TargetHealthCheck(protocol=protocol, timeout=timeout, matcher="200-399")
    if group.protocol_version == "GRPC":
        return TargetHealthCheck(path="/AWS.ALB/healthcheck", matcher="12")
    return TargetHealthCheck()


def parse(
    before: TargetHealthCheck,
    group: TargetGroup,
    request: shapes.CreateTargetGroupInput | shapes.ModifyTargetGroupInput,
) -> TargetHealthCheck:
    """``before`` with what the request says of the group's check; raises ValidationError."""
    protocol = request.get("HealthCheckProtocol", before.protocol)
    _check_protocol(protocol, group)
    if protocol == "TCP":
        for member in ("HealthCheckPath", "Matcher"):
            if request.get(member):
                raise ValidationError(f"{member} is not supported for health checks over TCP")
    if request.get("HealthCheckEnabled") is False:
        raise ValidationError(
            "Health check enabled must be true for target groups with target type "
            "'instance' or 'ip'"
        )
    check = replace(
        before,
        protocol=protocol,
        port=_port(request.get("HealthCheckPort", before.port)),
        path=_path(request.get("HealthCheckPath", before.path)),
        interval=request.get("HealthCheckIntervalSeconds", before.interval),
        timeout=request.get("HealthCheckTimeoutSeconds", before.timeout),
        healthy_threshold=request.get("HealthyThresholdCount", before.healthy_threshold),
        unhealthy_threshold=request.get("UnhealthyThresholdCount", before.unhealthy_threshold),
        matcher=_matcher(request.get("Matcher"), group) or before.matcher,
    )
    _check_ranges(check)
    if group.protocol_version == "GRPC":
        _check_grpc(check)
    return check


def _check_protocol(protocol: str, group: TargetGroup) -> None:
    network = group.protocol in protocols.NETWORK
    allowed = ("HTTP", "HTTPS", "TCP") if network else ("HTTP", "HTTPS")
    if protocol not in allowed:
        raise ValidationError(
            f"Health check protocol '{protocol}' must be one of '{', '.join(allowed)}'"
        )


def _check_ranges(check: TargetHealthCheck) -> None:
    for value, low, high, word in (
        (check.interval, 5, 300, "interval"),
        (check.timeout, 2, 120, "timeout"),
        (check.healthy_threshold, 2, 10, "healthy threshold count"),
        (check.unhealthy_threshold, 2, 10, "unhealthy threshold count"),
    ):
        if not low <= value <= high:
            raise ValidationError(
                f"Health check {word} '{value}' must be in the range from '{low}' to '{high}'"
            )
    if check.timeout >= check.interval:
        raise ValidationError(
            f"Health check timeout '{check.timeout}' must be smaller than the interval "
            f"'{check.interval}'"
        )


def _check_grpc(check: TargetHealthCheck) -> None:
    """The proxy can tell a status of the health service's, else only that there was an answer."""
    wanted = {code for first, last in matched(check.matcher) for code in range(first, last + 1)}
    if check.path == GRPC_HEALTH and wanted != {0}:
        raise InvalidConfigurationRequestException(
            "Seaway has not built Matcher.GrpcCode for the health service's method but for '0'."
        )
    if check.path != GRPC_HEALTH and 12 not in wanted:
        raise InvalidConfigurationRequestException(
            "Seaway has not built Matcher.GrpcCode without '12' for methods other than "
            f"'{GRPC_HEALTH}': any answer of gRPC's counts as healthy there."
        )


def _port(port: str) -> str:
    if port != "traffic-port" and not (port.isdecimal() and 1 <= int(port) <= 65535):
        raise ValidationError(
            f"Health check port '{port}' must be 'traffic-port' or in the range from '1' to '65535'"
        )
    return port


def _path(path: str) -> str:
    if not path.startswith("/") or len(path) > 1024:
        raise ValidationError(
            f"Health check path '{path}' must begin with '/' and be at most '1024' characters"
        )
    return path


def _matcher(matcher: shapes.Matcher | None, group: TargetGroup) -> str | None:
    if matcher is None:
        return None
    grpc = group.protocol_version == "GRPC"
    codes = matcher.get("GrpcCode") if grpc else matcher.get("HttpCode")
    if codes is None:
        word = "gRPC" if grpc else "HTTP"
        raise ValidationError(f"The matcher must give {word} codes")
    highest = 599 if group.protocol in protocols.NETWORK else 499
    low, high = (0, 99) if grpc else (200, highest)
    for part in codes.split(","):
        found = _PART.fullmatch(part.strip())
        first = int(found[1]) if found else -1
        last = int(found[2] or found[1]) if found else -1
        if not low <= first <= last <= high:
            raise ValidationError(
                f"Health check matcher HTTP code '{codes}' must be within '{low}-{high}' inclusive"
            )
    return codes.replace(" ", "")
