"""The demo's images, made and pushed through the Engine API: no `docker` program is needed."""

from __future__ import annotations

import asyncio
import io
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiodocker import Docker
from aiodocker.exceptions import DockerError

from seaway.agent.images import LOOK_AGAIN
from seaway.cli.demo import distribution
from seaway.cli.demo.distribution import CannotMakeImage

Say = Callable[[str], None]

BASE_REPOSITORY = "seaway/nginx"
BASE_LABEL = "seaway.base"
PUBLIC_NGINX = "nginx"

__all__ = ["CannotMakeImage", "build", "ensure_base", "push"]


async def ensure_base(docker: Docker, say: Say, *, base_image: str | None = None) -> str:
    """The nginx image that the demo's Dockerfiles start from, made when the machine has none.

    In this order: the one asked for; an `nginx` that is there already; one made earlier; one made
    now from the distribution's packages (seconds, a few MB from the package mirror); the public
    `nginx`, which the engine then pulls itself. Returns its name. `say` gets one line per step.
    Raises CannotMakeImage when the packages cannot be had.
    """
    if base_image is not None:
        return base_image
    if await _present(docker, PUBLIC_NGINX):
        say(f"base image: {PUBLIC_NGINX}, which is here already")
        return PUBLIC_NGINX
    if not distribution.available():
        say(f"base image: {PUBLIC_NGINX}, which the engine will pull")
        return PUBLIC_NGINX
    recipe = distribution.recipe()
    name = f"{BASE_REPOSITORY}:{recipe}"
    if await _present(docker, name):
        say(f"base image: {name}, made earlier")
        return name
    say("base image: taking nginx and curl from the distribution's packages")
    with tempfile.TemporaryDirectory(prefix="seaway-base-") as work:
        context = await asyncio.to_thread(distribution.make_context, Path(work))
    await _build(docker, name, context, say, labels={BASE_LABEL: recipe})
    return name


async def build(docker: Docker, name: str, directory: Path, base: str, say: Say) -> str:
    """Builds the Dockerfile of a directory on a base image and names it; returns the image's id.

    Works without a network as long as `base` is on the machine. `say` gets the builder's lines.
    Raises CannotMakeImage with the builder's own words.
    """
    context = await asyncio.to_thread(_context, directory)
    return await _build(docker, name, context, say, arguments={"BASE_IMAGE": base})


async def push(
    docker: Docker, image: str, repository: str, tag: str, say: Say, *, user: str, password: str
) -> None:
    """Pushes an image to a repository (`host/name`) under a tag, as `docker tag` and `push` do.

    `user` and `password` are those of ECR's authorization token.
    Raises CannotMakeImage with the registry's own words.
    """
    await docker.images.tag(image, repository, tag=tag)
    auth = {"username": user, "password": password}
    for pause in (*LOOK_AGAIN, None):
        try:
            async for line in docker.images.push(repository, auth=auth, tag=tag, stream=True):
                _tell(line, say)
            return
        except DockerError as refused:
            if pause is None or "no such host" not in refused.message:
                text = f"Could not push {repository}:{tag}: {refused.message}"
                raise CannotMakeImage(text) from refused
        await asyncio.sleep(pause)


async def _present(docker: Docker, name: str) -> bool:
    try:
        await docker.images.inspect(name)
    except DockerError as missing:
        if missing.status == 404:
            return False
        raise
    return True


async def _build(
    docker: Docker,
    name: str,
    context: bytes,
    say: Say,
    *,
    arguments: dict[str, str] | None = None,
    labels: dict[str, str] | None = None,
) -> str:
    lines = docker.images.build(
        fileobj=io.BytesIO(context),
        encoding="identity",
        tag=name,
        buildargs=arguments,
        labels=labels,
        forcerm=True,
        stream=True,
    )
    try:
        async for line in lines:
            _tell(line, say)
    except DockerError as refused:
        raise CannotMakeImage(f"Could not build {name}: {refused.message}") from refused
    image = await docker.images.inspect(name)
    return str(image["Id"])


def _tell(line: dict[str, Any], say: Say) -> None:
    """One line of the engine's progress, without layer ids and bytes moved so far."""
    text = line.get("stream") or ("" if "progress" in line else line.get("status", ""))
    said = str(text).strip()
    if said and not said.startswith(("--->", "Removing intermediate container")):
        say(said)


def _context(directory: Path) -> bytes:
    """A directory as a tar: the same bytes for the same files, as the builder caches by them."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path in sorted(directory.rglob("*")):
            tar.add(path, path.relative_to(directory), recursive=False, filter=_anonymous)
    return packed.getvalue()


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
    return member
