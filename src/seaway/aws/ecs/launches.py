"""RunTask's client tokens: the same request again starts nothing again."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ecs.errors import ConflictException, InvalidParameterException
from seaway.core.cluster import Cluster
from seaway.core.launch import LAUNCH_LIFETIME, Launch, launch_key
from seaway.core.task import Task
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seaway.aws.shapes import ecs as shapes

_TOKEN = re.compile(r"[!-~]{1,64}\Z")


def launched_before(
    tx: Transaction, call: Call, cluster: Cluster, request: shapes.RunTaskRequest
) -> list[Task] | None:
    """The tasks of the earlier call with this token; None when it is new or long past.

    A token is known for a day, and no longer than its tasks are (ECS API: ensuring
    idempotency). Raises ConflictException when the earlier call asked for something else,
    InvalidParameterException for a token of another form.
    """
    token = request.get("clientToken")
    if not token:
        return None
    if not _TOKEN.match(token):
        raise InvalidParameterException(
            "clientToken can have up to 64 characters in the range of 33-126."
        )
    launch = tx.find(Launch, launch_key(cluster.arn, token))
    if launch is None or call.moment.now - launch.created_at > LAUNCH_LIFETIME:
        return None
    tasks = [task for arn in launch.tasks if (task := tx.find(Task, arn)) is not None]
    if not tasks:
        return None
    if launch.digest != _digest(request):
        raise ConflictException(
            "The clientToken was used before with different parameters.",
            resourceIds=list(launch.tasks),
        )
    return tasks


def remember(
    tx: Transaction,
    call: Call,
    cluster: Cluster,
    request: shapes.RunTaskRequest,
    tasks: Sequence[Task],
) -> None:
    """Write down what a call with a token has started, if it has started anything."""
    token = request.get("clientToken")
    if token and tasks:
        tx.put(
            Launch(
                key=launch_key(cluster.arn, token),
                digest=_digest(request),
                tasks=tuple(task.arn for task in tasks),
                created_at=call.moment.now,
            )
        )


def _digest(request: shapes.RunTaskRequest) -> str:
    text = json.dumps(request, sort_keys=True, default=str)
    return hashlib.blake2s(text.encode()).hexdigest()
