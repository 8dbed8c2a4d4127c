"""Volumes of a task, and how its containers see them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from seaway.aws.ecs.errors import ClientException, not_built
from seaway.core.task_definition import (
    ContainerDefinition,
    DockerVolume,
    MountPoint,
    Volume,
    VolumeFrom,
)

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}\Z")


def parse_volumes(given: Sequence[shapes.Volume] | None) -> tuple[Volume, ...]:
    """A task's volumes: paths of the host, volumes of the engine, or empty ones (API: Volume).

    Raises ClientException; it names the kinds of volumes that are not built.
    """
    volumes = tuple(_volume(volume, f"volumes[{i}].") for i, volume in enumerate(given or ()))
    names = [volume.name for volume in volumes]
    if len(set(names)) != len(names):
        raise ClientException("Volume names must be unique within a task definition.")
    return volumes


def _volume(given: shapes.Volume, path: str) -> Volume:
    for kind, value in (
        ("efsVolumeConfiguration", given.get("efsVolumeConfiguration")),
        ("s3filesVolumeConfiguration", given.get("s3filesVolumeConfiguration")),
        (
            "fsxWindowsFileServerVolumeConfiguration",
            given.get("fsxWindowsFileServerVolumeConfiguration"),
        ),
        ("configuredAtLaunch", given.get("configuredAtLaunch")),
    ):
        if value:
            raise not_built(path + kind)
    name = given.get("name", "")
    if not _NAME.match(name):
        raise ClientException(f"Invalid volume name: {name}")
    source = (given.get("host") or {}).get("sourcePath") or None
    docker = given.get("dockerVolumeConfiguration")
    if source is not None and docker is not None:
        raise ClientException(
            f"Volume '{name}' can have only one of 'host' and 'dockerVolumeConfiguration'."
        )
    return Volume(
        name=name, host_path=source, docker=None if docker is None else _docker(name, docker)
    )


def _docker(name: str, given: shapes.DockerVolumeConfiguration) -> DockerVolume:
    scope = given.get("scope") or "task"
    if scope not in ("task", "shared"):
        raise ClientException(f"Invalid scope of volume '{name}': {scope}")
    if given.get("autoprovision") and scope != "shared":
        raise ClientException(
            f"'autoprovision' of volume '{name}' can only be used when its scope is shared."
        )
    return DockerVolume(
        scope=scope,
        autoprovision=given.get("autoprovision", False),
        driver=given.get("driver") or None,
        driver_options=tuple((given.get("driverOpts") or {}).items()),
        labels=tuple((given.get("labels") or {}).items()),
    )


def parse_mounts(given: Sequence[shapes.MountPoint] | None) -> tuple[MountPoint, ...]:
    """Where a container sees volumes of its task (API: MountPoint)."""
    return tuple(
        MountPoint(
            volume=item.get("sourceVolume", ""),
            path=item.get("containerPath", ""),
            read_only=item.get("readOnly", False),
        )
        for item in given or ()
    )


def parse_volumes_from(given: Sequence[shapes.VolumeFrom] | None) -> tuple[VolumeFrom, ...]:
    """The containers whose mounts a container sees too (API: VolumeFrom)."""
    return tuple(
        VolumeFrom(container=item.get("sourceContainer", ""), read_only=item.get("readOnly", False))
        for item in given or ()
    )


def check_mounts(
    container: ContainerDefinition, volumes: Sequence[Volume], names: Sequence[str]
) -> None:
    """What a container mounts is there: ``volumes`` of its task, and containers by name.

    Raises ClientException.
    """
    known = {volume.name for volume in volumes}
    for mount in container.mounts:
        if mount.volume not in known:
            raise ClientException(f"Unknown volume '{mount.volume}'.")
        if not mount.path.startswith("/"):
            raise ClientException(
                f"Invalid 'containerPath' setting for container '{container.name}': an absolute "
                "path is required."
            )
    for source in container.volumes_from:
        if source.container not in names or source.container == container.name:
            raise ClientException(
                f"Invalid 'volumesFrom' setting. Unknown container: '{source.container}'."
            )
