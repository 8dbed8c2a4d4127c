"""What an image's name says: where it is from, and which version of it is meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from seaway.core.task import Container
from seaway.core.task_definition import ContainerDefinition


def repository_of(name: str) -> str:
    """The name without tag and digest."""
    name = name.partition("@")[0]
    head, slash, last = name.rpartition("/")
    return head + slash + last.partition(":")[0]


def names_registry(name: str) -> bool:
    """Whether the name begins with its registry's; others may have been built on the machine."""
    host, slash, _ = name.partition("/")
    return bool(slash) and (host == "localhost" or "." in host or ":" in host)


def is_kept(container: ContainerDefinition) -> bool:
    """Whether all tasks of a deployment run the image its first task found under the tag.

    That is AWS's default (API: ContainerDefinition.versionConsistency). An image without a
    registry is what the machine has: it is held to its version only where that is asked for.
    """
    if "@" in container.image or container.version_consistency == "disabled":
        return False
    return container.version_consistency == "enabled" or names_registry(container.image)


def kept(container: ContainerDefinition, digests: Iterable[tuple[str, str]]) -> ContainerDefinition:
    """The container with its image by the digest that is known of it ((container, digest))."""
    digest = dict(digests).get(container.name)
    if digest is None or not is_kept(container):
        return container
    return replace(container, image=f"{repository_of(container.image)}@{digest}")


def found(
    known: tuple[tuple[str, str], ...], containers: Iterable[Container]
) -> tuple[tuple[str, str], ...]:
    """The digests known of a deployment's images, and those its containers show first."""
    names = {name for name, _ in known}
    new = tuple(
        (container.name, container.image_digest)
        for container in containers
        if container.image_digest and container.name not in names
    )
    return known + new
