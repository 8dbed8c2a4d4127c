"""Chapter two: repositories in ECR, images built and pushed."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from typing import Any

from aiodocker import Docker

from seaway.cli.demo import images
from seaway.cli.demo.clients import Aws, found
from seaway.cli.demo.equivalent import typed
from seaway.cli.demo.names import PARTS, examples
from seaway.cli.demo.stage import Stage

TAG = "latest"


def ensure_repositories(aws: Aws, stage: Stage) -> dict[str, str]:
    """A repository for each part: its URI by the part's name. Raises ClientError."""
    uris = {}
    for part in PARTS:
        repository = _repository(aws, part.name)
        if repository is None:
            answer = stage.call(aws.ecr, "create_repository", repositoryName=part.name)
            repository = answer["repository"]
            stage.say(repository["repositoryUri"])
        else:
            stage.already(repository["repositoryUri"])
        uris[part.name] = str(repository["repositoryUri"])
    return uris


def ship_images(
    aws: Aws, stage: Stage, uris: Mapping[str, str], base_image: str | None
) -> frozenset[str]:
    """Build and push the three images; gives the names of those that were there but changed.

    Raises CannotMakeImage, ClientError.
    """
    before = {name: _digest(aws, name) for name in uris}
    login = aws.ecr.get_authorization_token()["authorizationData"][0]
    user, _, password = base64.b64decode(login["authorizationToken"]).decode().partition(":")
    registry = next(iter(uris.values())).rpartition("/")[0]
    stage.shell(
        f"aws ecr get-login-password | docker login --username {user} --password-stdin {registry}"
    )
    asyncio.run(_ship(stage, uris, base_image, user, password))
    changed = set()
    for name in uris:
        after = _digest(aws, name)
        stage.say(f"{name}:{TAG} is {after}")
        if before[name] not in (None, after):
            changed.add(name)
    return frozenset(changed)


async def _ship(
    stage: Stage, uris: Mapping[str, str], base_image: str | None, user: str, password: str
) -> None:
    async with Docker() as docker:
        base = await images.ensure_base(docker, stage.say, base_image=base_image)
        for name, uri in uris.items():
            local, directory = f"seaway-demo-{name}", examples() / name
            stage.shell(
                f"docker build --build-arg BASE_IMAGE={base} \\\n"
                f"  -t {uri}:{TAG} {typed(directory)}"
            )
            stage.shell(f"docker push {uri}:{TAG}")
            await images.build(docker, local, directory, base, _quiet)
            await images.push(docker, local, uri, TAG, _quiet, user=user, password=password)


def _quiet(line: str) -> None:
    """Builder's and registry's own lines would drown ours; what goes wrong is raised."""


def _repository(aws: Aws, name: str) -> dict[str, Any] | None:
    answer = found(
        lambda: aws.ecr.describe_repositories(repositoryNames=[name]),
        "RepositoryNotFoundException",
    )
    return answer["repositories"][0] if answer else None


def _digest(aws: Aws, name: str) -> str | None:
    answer = found(
        lambda: aws.ecr.describe_images(repositoryName=name, imageIds=[{"imageTag": TAG}]),
        "ImageNotFoundException",
    )
    return str(answer["imageDetails"][0]["imageDigest"]) if answer else None
