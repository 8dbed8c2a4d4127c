"""How callers name things: short names or ARNs, and what stands behind them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypedDict, TypeVar

from seaway.aws import paging
from seaway.aws.call import Call
from seaway.aws.ecs.errors import (
    ClientException,
    ClusterNotFoundException,
    InvalidParameterException,
)
from seaway.core.capacity import ContainerInstance
from seaway.core.cluster import Cluster
from seaway.core.discovery import Namespace
from seaway.core.names import last_part, service_arn
from seaway.core.service import Service
from seaway.core.task import Task
from seaway.core.task_definition import DELETED, TaskDefinition
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seaway.aws.shapes.ecs import Failure

T = TypeVar("T")

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}\Z")


def check_name(name: str, what: str) -> None:
    """Names of clusters, services and families: up to 255 letters, digits, - and _."""
    if not _NAME.match(name):
        raise InvalidParameterException(
            f"{what} must be 1 to 255 letters (uppercase and lowercase), numbers, hyphens (-) "
            "or underscores (_)."
        )


def cluster_arn_of(call: Call, given: str | None) -> str:
    """The ARN a short name, an ARN or nothing (the cluster ``default``) stands for."""
    if given and given.startswith("arn:"):
        return given
    return call.arn("ecs", f"cluster/{given or 'default'}")


def cluster_of(tx: Transaction, call: Call, given: str | None) -> Cluster:
    """The caller's cluster, deleted or not.

    Raises ClusterNotFoundException.
    """
    arn = cluster_arn_of(call, given)
    cluster = tx.find(Cluster, arn) if arn.startswith(call.arn("ecs", "cluster/")) else None
    if cluster is None:
        raise ClusterNotFoundException("Cluster not found.")
    return cluster


def active_cluster(tx: Transaction, call: Call, given: str | None) -> Cluster:
    """The caller's cluster, for what needs a living one.

    Raises ClusterNotFoundException.
    """
    cluster = cluster_of(tx, call, given)
    if cluster.status == "INACTIVE":
        raise ClusterNotFoundException("The referenced cluster was inactive.")
    return cluster


def service_arn_of(cluster: str, given: str) -> str:
    """The ARN a service's name or ARN stands for, in the cluster (given by ARN)."""
    if not given.startswith("arn:"):
        return service_arn(cluster, given)
    if given.count("/") == 1:
        return service_arn(cluster, last_part(given))
    return given


def service_of(tx: Transaction, cluster: Cluster, given: str) -> Service | None:
    """The service of this name or ARN, if the cluster has it."""
    service = tx.find(Service, service_arn_of(cluster.arn, given))
    return service if service is not None and service.cluster == cluster.arn else None


def part_arn_of(cluster: str, kind: str, given: str) -> str:
    """The ARN of a task or container instance named by its id or ARN."""
    if given.startswith("arn:"):
        return given
    return f"{cluster.replace(':cluster/', f':{kind}/')}/{last_part(given)}"


def task_of(tx: Transaction, cluster: Cluster, given: str) -> Task | None:
    """The task of this id or ARN, if the cluster has it."""
    task = tx.find(Task, part_arn_of(cluster.arn, "task", given))
    return task if task is not None and task.cluster == cluster.arn else None


def instance_of(tx: Transaction, cluster: Cluster, given: str) -> ContainerInstance | None:
    """The container instance of this id or ARN, if the cluster has it."""
    instance = tx.find(ContainerInstance, part_arn_of(cluster.arn, "container-instance", given))
    return instance if instance is not None and instance.cluster == cluster.arn else None


def definition_of(tx: Transaction, call: Call, given: str) -> TaskDefinition | None:
    """The task definition that ``family``, ``family:revision`` or the ARN of either names.

    A family alone stands for its newest ACTIVE revision.
    """
    home = call.arn("ecs", "task-definition/")
    name = given.removeprefix(home)
    if ":" in name:
        found = tx.find(TaskDefinition, name if name.startswith("arn:") else f"{home}{name}")
        return found if found is not None and found.status != DELETED else None
    return next((d for d in revisions_of(tx, call, name) if d.status == "ACTIVE"), None)


def family_of(tx: Transaction, call: Call, family: str) -> list[TaskDefinition]:
    """All revisions of the caller's family, oldest first."""
    return [*revisions_of(tx, call, family)][::-1]


def revisions_of(tx: Transaction, call: Call, family: str) -> Iterator[TaskDefinition]:
    """The revisions of the caller's family, newest first; a family may have thousands."""
    home = call.arn("ecs", "task-definition/")
    return (d for d in tx.newest(TaskDefinition, family=family) if d.arn.startswith(home))


def runnable_definition(tx: Transaction, call: Call, given: str) -> TaskDefinition:
    """The task definition for new tasks and services.

    Raises ClientException when there is none or it was deregistered.
    """
    definition = definition_of(tx, call, given)
    if definition is None:
        raise ClientException("TaskDefinition not found.")
    if definition.status != "ACTIVE":
        raise ClientException("TaskDefinition is inactive")
    return definition


def namespace_of(tx: Transaction, call: Call, given: str) -> Namespace | None:
    """The caller's Cloud Map namespace of this name or ARN."""
    if given.startswith("arn:"):
        return tx.find(Namespace, given)
    home = call.arn("servicediscovery", "namespace/")
    return next((n for n in tx.where(Namespace, name=given) if n.arn.startswith(home)), None)


class Paged(TypedDict, total=False):
    """What every list operation's request has."""

    nextToken: str
    maxResults: int


def page(
    items: Iterable[T], request: Paged, scope: str, *, default: int = 100, most: int = 100
) -> tuple[list[T], str | None]:
    """One page of a list, and the next page's token when there is more.

    Raises InvalidParameterException for a foreign token or a page size out of range.
    """
    limit = request.get("maxResults") or default
    if not 1 <= limit <= most:
        raise InvalidParameterException(f"maxResults must be between 1 and {most}.")
    try:
        return paging.page(items, request.get("nextToken"), limit, scope)
    except paging.BadToken as error:
        raise InvalidParameterException("Invalid token.") from error


def at_most(items: Sequence[object], most: int, what: str) -> None:
    """Lists of names have a limit, and an empty one asks for nothing.

    Raises InvalidParameterException.
    """
    if not items:
        raise InvalidParameterException(f"{what} cannot be empty.")
    if len(items) > most:
        raise InvalidParameterException(f"{what} can have at most {most} items.")


def missing(arn: str) -> Failure:
    """What a describe operation says of something that is not there."""
    return {"arn": arn, "reason": "MISSING"}
