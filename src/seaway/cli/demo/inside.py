"""Programs run inside a task's container, through the Engine API: ECS Exec by hand."""

from __future__ import annotations

from aiodocker import Docker
from aiodocker.containers import DockerContainer
from aiodocker.exceptions import DockerError

from seaway.cli.demo.failure import DemoFailed

TASK_LABEL = "com.amazonaws.ecs.task-arn"
CONTAINER_LABEL = "com.amazonaws.ecs.container-name"


class Inside:
    """A container of a task."""

    def __init__(self, docker: Docker, container: DockerContainer) -> None:
        self._docker = docker
        self._container = container

    @property
    def id(self) -> str:
        """The container's id as `docker ps` shows it."""
        return str(self._container.id)[:12]

    async def run(self, command: str) -> str:
        """What a shell command prints in there. Raises DemoFailed when the shell can't be run."""
        try:
            execution = await self._container.exec(["sh", "-c", command], stdout=True, stderr=True)
            printed = []
            async with execution.start(detach=False) as stream:
                while (message := await stream.read_out()) is not None:
                    printed.append(message.data)
            code = (await execution.inspect())["ExitCode"]
        except DockerError as refused:
            raise DemoFailed(
                f"Nothing runs in container {self.id}: {refused.message}."
            ) from refused
        if code in (126, 127):
            said = b"".join(printed).decode(errors="replace").strip()
            raise DemoFailed(
                f"The image has no {command.split()[0]}: {said}.",
                "Give --base-image one with sh and curl, as the public nginx image is.",
            )
        return b"".join(printed).decode(errors="replace")

    async def kill(self) -> None:
        """End its first process at once, as a crash would. Raises DemoFailed."""
        try:
            await self._container.kill()
        except DockerError as refused:
            raise DemoFailed(f"Could not kill {self.id}: {refused.message}.") from refused


async def inside(docker: Docker, task: str, container: str) -> Inside:
    """The container of this name of a task (given by ARN). Raises DemoFailed."""
    labels = [f"{TASK_LABEL}={task}", f"{CONTAINER_LABEL}={container}"]
    found = await docker.containers.list(filters={"label": labels})
    if not found:
        raise DemoFailed(
            f"Task {task} has no container {container} in this machine's Docker Engine: "
            "the demo looks inside tasks, so run it on the machine that Seaway runs on.",
            f"docker ps --filter label={labels[0]}",
        )
    return Inside(docker, found[0])
