"""Where a container's output goes, and the container that routes its task's logs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from seaway.aws.ecs.errors import ClientException
from seaway.aws.ecs.parse_environment import parse_secrets
from seaway.core.task_definition import ContainerDefinition, Firelens, LogConfiguration

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_DRIVERS = (
    "awslogs",
    "json-file",
    "syslog",
    "journald",
    "gelf",
    "fluentd",
    "splunk",
    "awsfirelens",
)
_AWSLOGS = (
    "awslogs-create-group",
    "awslogs-datetime-format",
    "awslogs-group",
    "awslogs-multiline-pattern",
    "awslogs-region",
    "awslogs-stream-prefix",
    "max-buffer-size",
    "mode",
)
_REQUIRED = {"awslogs": ("awslogs-group",), "splunk": ("splunk-token", "splunk-url")}
_SIZE = re.compile(r"\d+(\.\d+)?\s?([kmgtp]i?)?b?\Z", re.IGNORECASE)
_FIRELENS = ("enable-ecs-log-metadata", "config-file-type", "config-file-value")


def parse_log(given: shapes.LogConfiguration | None) -> LogConfiguration | None:
    """Where output goes (API: LogConfiguration).

    Raises ClientException for a driver there isn't, and options the driver doesn't go with.
    """
    if not given:
        return None
    driver, options = given["logDriver"], given.get("options") or {}
    if driver not in _DRIVERS:
        raise ClientException(f"Invalid log driver: {driver}")
    secrets = parse_secrets(given.get("secretOptions"))
    _check_options(driver, {*options, *(secret.name for secret in secrets)})
    _check_delivery(options)
    if driver == "awslogs":
        if secrets:
            raise ClientException("Log driver awslogs disallows secretOptions.")
        _check_awslogs(options)
    return LogConfiguration(driver=driver, options=tuple(options.items()), secrets=secrets)


def _check_options(driver: str, names: set[str]) -> None:
    missing = [name for name in _REQUIRED.get(driver, ()) if name not in names]
    if missing:
        raise ClientException(f"Log driver {driver} requires options: {', '.join(missing)}")
    if driver == "awslogs":
        foreign = sorted(names - {*_AWSLOGS})
        if foreign:
            raise ClientException(f"Log driver awslogs disallows options: {', '.join(foreign)}")


def _check_delivery(options: Mapping[str, str]) -> None:
    """What holds for all drivers: how lines are handed over (API: LogConfiguration.options)."""
    mode, size = options.get("mode"), options.get("max-buffer-size")
    if mode not in (None, "blocking", "non-blocking"):
        raise ClientException(f"Invalid log option mode: {mode}")
    if size is not None and not _SIZE.match(size):
        raise ClientException(f"Invalid log option max-buffer-size: {size}")
    if size is not None and mode == "blocking":
        raise ClientException("The log option max-buffer-size requires the mode non-blocking.")


def _check_awslogs(options: Mapping[str, str]) -> None:
    pattern = options.get("awslogs-multiline-pattern")
    if pattern is not None and "awslogs-datetime-format" in options:
        raise ClientException(
            "You cannot configure both the awslogs-datetime-format and awslogs-multiline-pattern "
            "options."
        )
    if options.get("awslogs-create-group", "false").lower() not in ("true", "false"):
        raise ClientException("The log option awslogs-create-group must be true or false.")
    try:
        re.compile(pattern or "")
    except re.error as error:
        raise ClientException(
            f"The log option awslogs-multiline-pattern is not a regular expression: {error}"
        ) from None


def parse_firelens(given: shapes.FirelensConfiguration | None) -> Firelens | None:
    """What makes a container the log router of its task (API: FirelensConfiguration).

    Raises ClientException.
    """
    if not given:
        return None
    options = given.get("options") or {}
    if given["type"] not in ("fluentd", "fluentbit"):
        raise ClientException(f"Invalid firelensConfiguration type: {given['type']}")
    foreign = sorted(options.keys() - {*_FIRELENS})
    if foreign:
        raise ClientException(
            f"firelensConfiguration options contain unknown keys: {', '.join(foreign)}"
        )
    if options.get("enable-ecs-log-metadata", "true") not in ("true", "false"):
        raise ClientException(
            "The firelensConfiguration option enable-ecs-log-metadata must be true or false."
        )
    _check_config_file(options.get("config-file-type"), options.get("config-file-value"))
    return Firelens(type=given["type"], options=tuple(options.items()))


def _check_config_file(kind: str | None, value: str | None) -> None:
    if (kind is None) != (value is None):
        raise ClientException(
            "The firelensConfiguration options config-file-type and config-file-value must be "
            "given together."
        )
    if kind not in (None, "s3", "file"):
        raise ClientException(f"Invalid firelensConfiguration config-file-type: {kind}")
    if kind == "s3" and not re.match(r"arn:[\w-]+:s3:::[^/]+/.+", value or ""):
        raise ClientException("Invalid arn syntax.")


def check_routers(containers: Sequence[ContainerDefinition]) -> None:
    """One container routes the logs of those that use awsfirelens, and no more than one.

    Raises ClientException (ECS guide: using FireLens).
    """
    routers = [container for container in containers if container.firelens]
    routed = [c for c in containers if c.log and c.log.driver == "awsfirelens"]
    if routed and not routers:
        raise ClientException(
            "When awsfirelens log driver is specified in log configuration, a firelens "
            "configuration object must be configured in one of the containers."
        )
    if routers and not routed:
        raise ClientException(
            "When a firelensConfiguration object is specified, at least one container has to be "
            "configured with the awsfirelens log driver."
        )
    if len(routers) > 1:
        raise ClientException(
            "Only one container of a task definition can have a firelensConfiguration object."
        )
    if any(router in routed for router in routers):
        raise ClientException(
            "The container with the firelensConfiguration object cannot use the awsfirelens log "
            "driver itself."
        )
