"""Tasks that were run by hand become Service Connect clients, as no task on AWS does."""

from __future__ import annotations

from dataclasses import replace

from seaway.aws.call import Call
from seaway.aws.ecs.errors import InvalidParameterException
from seaway.aws.ecs.references import namespace_of
from seaway.core.cluster import Cluster
from seaway.core.connect_rules import network_refusal
from seaway.core.task import Task
from seaway.core.task_definition import TaskDefinition
from seaway.store.transaction import Transaction

TAG = "seaway:namespace"
"""Names the namespace whose names a task of RunTask or StartTask knows; ``none`` = no names."""


def as_client(
    tx: Transaction, call: Call, cluster: Cluster, definition: TaskDefinition, task: Task
) -> Task:
    """The task as a client of its cluster's default namespace, or of the one its tag names.

    It stays as it is in a faithful cluster, and where Service Connect can't work: in the network
    modes host and none. Raises InvalidParameterException for a namespace that isn't there.
    """
    if cluster.faithful or network_refusal(definition) is not None:
        return task
    said = dict(task.tags).get(TAG)
    if said == "none":
        return task
    namespace = cluster.namespace
    if said is not None:
        found = namespace_of(tx, call, said)
        if found is None:
            raise InvalidParameterException(
                f"The tag {TAG} names the namespace {said}, which isn't there."
            )
        namespace = found.arn
    return task if namespace is None else replace(task, namespace=namespace, uses_mesh=True)
