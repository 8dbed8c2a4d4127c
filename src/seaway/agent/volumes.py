"""The volumes of a task: made, or found where others have made them."""

from __future__ import annotations

from seaway.agent.containers import INSTALLATION, TASK, volume_name
from seaway.agent.engine import Engine, NotThere, VolumeSpec
from seaway.core.task_definition import DockerVolume, Volume
from seaway.link.messages import Assignment


class NoVolume(Exception):
    """A volume is not as the task needs it; the text says why, as the ECS agent would."""


async def make_volumes(engine: Engine, assignment: Assignment, installation: str) -> None:
    """Have every volume of the task. Raises NoVolume, EngineError.

    A shared volume carries no mark of ours: it stays when the task goes, and when we go.
    """
    for volume in assignment.volumes:
        if volume.host_path is not None:
            continue
        docker = volume.docker or DockerVolume()
        if docker.scope == "shared":
            await _share(engine, volume, docker)
            continue
        ours = ((INSTALLATION, installation), (TASK, assignment.task))
        spec = VolumeSpec(
            name=volume_name(assignment, volume),
            labels=(*docker.labels, *ours),
            driver=docker.driver,
            options=docker.driver_options,
        )
        await engine.create_volume(spec)


async def _share(engine: Engine, volume: Volume, docker: DockerVolume) -> None:
    try:
        found = await engine.volume(volume.name)
    except NotThere:
        if not docker.autoprovision:
            raise NoVolume(
                f"initialize volume: volume detection failed, volume '{volume.name}' does not "
                "exist and autoprovision is set to false"
            ) from None
        spec = VolumeSpec(
            name=volume.name,
            labels=docker.labels,
            driver=docker.driver,
            options=docker.driver_options,
        )
        await engine.create_volume(spec)
        return
    if not docker.autoprovision:
        return
    for what, wanted, there in (
        ("labels", dict(docker.labels), found.labels),
        ("driver options", dict(docker.driver_options), found.options),
        ("driver", docker.driver or "local", found.driver),
    ):
        if wanted != there:
            raise NoVolume(
                f"initialize volume: volume '{volume.name}' exists already, and its {what} are "
                f"{there}, not {wanted}"
            )
