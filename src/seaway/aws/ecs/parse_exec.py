"""A cluster's executeCommandConfiguration → where the output of its sessions is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from seaway.aws.ecs.errors import InvalidParameterException, not_built
from seaway.core.cluster import ExecLogging

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_PATH = "configuration.executeCommandConfiguration."
_UNENCRYPTED = ("cloudWatchEncryptionEnabled", "s3EncryptionEnabled")


def parse_configuration(given: shapes.ClusterConfiguration) -> ExecLogging | None:
    """Where sessions are logged; None when nothing is said of them.

    Raises InvalidParameterException; what is not built is named (API: ClusterConfiguration).
    """
    if given.get("managedStorageConfiguration"):
        raise not_built("configuration.managedStorageConfiguration")
    command = given.get("executeCommandConfiguration")
    if not command:
        return None
    if command.get("kmsKeyId"):
        raise not_built(_PATH + "kmsKeyId")
    mode, log = command.get("logging") or "DEFAULT", command.get("logConfiguration") or {}
    for name in _UNENCRYPTED:
        if log.get(name):
            raise not_built(f"{_PATH}logConfiguration.{name}")
    if mode not in ("NONE", "DEFAULT", "OVERRIDE"):
        raise InvalidParameterException(f"Invalid logging value: {mode}")
    places = log.get("cloudWatchLogGroupName"), log.get("s3BucketName")
    if mode == "OVERRIDE" and not any(places):
        raise InvalidParameterException(
            "When logging=OVERRIDE is specified, a logConfiguration must be provided."
        )
    if mode != "OVERRIDE" and log:
        raise InvalidParameterException(
            "A logConfiguration may only be provided when logging=OVERRIDE is specified."
        )
    return ExecLogging(
        mode=mode,
        group=log.get("cloudWatchLogGroupName"),
        bucket=log.get("s3BucketName"),
        prefix=log.get("s3KeyPrefix"),
    )


def render_configuration(logging: ExecLogging) -> shapes.ClusterConfiguration:
    """As DescribeClusters shows it."""
    command: shapes.ExecuteCommandConfiguration = {"logging": logging.mode}
    if logging.mode == "OVERRIDE":
        given: Mapping[str, str | None] = {
            "cloudWatchLogGroupName": logging.group,
            "s3BucketName": logging.bucket,
            "s3KeyPrefix": logging.prefix,
        }
        log: shapes.ExecuteCommandLogConfiguration = {
            "cloudWatchEncryptionEnabled": False,
            "s3EncryptionEnabled": False,
        }
        command["logConfiguration"] = log | {k: v for k, v in given.items() if v}  # type: ignore[typeddict-item]
    return {"executeCommandConfiguration": command}
