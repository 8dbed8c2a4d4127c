"""A target group's health check as a request gives it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.elbv2.errors import InvalidConfigurationRequestException, ValidationError
from seaway.core.balancer import TargetHealthCheck

if TYPE_CHECKING:
    from seaway.aws.shapes import elbv2 as shapes

_GRPC = TargetHealthCheck(path="/AWS.ALB/healthcheck", matcher="12")
_PART = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?")


def default(version: str) -> TargetHealthCheck:
    """AWS's defaults for a target group of this protocol version (HTTP1, HTTP2, GRPC)."""
    return _GRPC if version == "GRPC" else TargetHealthCheck()


def parse(
    before: TargetHealthCheck,
    version: str,
    request: shapes.CreateTargetGroupInput | shapes.ModifyTargetGroupInput,
) -> TargetHealthCheck:
    """``before`` with what the request says; raises ValidationError.

    What is not built (HTTPS checks) raises InvalidConfigurationRequestException.
    """
    protocol = request.get("HealthCheckProtocol", before.protocol)
    _check_protocol(protocol)
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
        matcher=_matcher(request.get("Matcher"), version) or before.matcher,
    )
    _check_ranges(check)
    return check


def _check_protocol(protocol: str) -> None:
    if protocol == "HTTPS":
        raise InvalidConfigurationRequestException(
            "Seaway has not built HTTPS health checks yet; HealthCheckProtocol must be 'HTTP'."
        )
    if protocol != "HTTP":
        raise ValidationError(f"Health check protocol '{protocol}' must be one of 'HTTP, HTTPS'")


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


def _matcher(matcher: shapes.Matcher | None, version: str) -> str | None:
    if matcher is None:
        return None
    grpc = version == "GRPC"
    codes = matcher.get("GrpcCode") if grpc else matcher.get("HttpCode")
    if codes is None:
        word = "gRPC" if grpc else "HTTP"
        raise ValidationError(f"The matcher must give {word} codes")
    low, high = (0, 99) if grpc else (200, 499)
    for part in codes.split(","):
        found = _PART.fullmatch(part.strip())
        first = int(found[1]) if found else -1
        last = int(found[2] or found[1]) if found else -1
        if not low <= first <= last <= high:
            raise ValidationError(
                f"Health check matcher HTTP code '{codes}' must be within '{low}-{high}' inclusive"
            )
    return codes.replace(" ", "")
