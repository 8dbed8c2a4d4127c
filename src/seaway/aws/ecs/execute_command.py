"""ECS Exec: a promise of one command in a running container; its client connects for it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ecs.errors import (
    ClientException,
    InvalidParameterException,
    TargetNotConnectedException,
)
from seaway.aws.ecs.references import cluster_of, task_of
from seaway.aws.operation import operation
from seaway.core.capacity import Host
from seaway.core.cluster import Cluster, ExecLogging
from seaway.core.exec_session import ExecSession
from seaway.core.logs import LogGroup, log_group_arn
from seaway.core.names import Place, container_arn, place_of
from seaway.core.task import Container, Task, TaskStatus
from seaway.core.task_definition import TaskDefinition
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_NOT_ENABLED = (
    "The execute command failed because execute command was not enabled when the task was run or "
    "the execute command agent isn't running. Wait and try again or run a new task with execute "
    "command enabled and try again."
)


@operation("ecs")
def execute_command(
    tx: Transaction, call: Call, request: shapes.ExecuteCommandRequest
) -> shapes.ExecuteCommandResponse:
    """Give out a session whose client may start the command (API: ExecuteCommand).

    Raises InvalidParameterException, ClientException, TargetNotConnectedException,
    ClusterNotFoundException.
    """
    cluster = cluster_of(tx, call, request.get("cluster"))
    task = task_of(tx, cluster, request["task"])
    if task is None:
        raise InvalidParameterException("The referenced task was not found.")
    if not request["interactive"]:
        raise InvalidParameterException(
            "Interactive is the only mode supported currently. Set interactive to true."
        )
    if not task.exec_enabled:
        raise InvalidParameterException(_NOT_ENABLED)
    container = _container(task, request.get("container"))
    if container.status is not TaskStatus.RUNNING or container.runtime_id is None:
        raise InvalidParameterException(_NOT_ENABLED)
    host = tx.find(Host, task.host or "")
    if host is None or not host.connected:
        raise TargetNotConnectedException(
            "The execute command failed due to an internal error. Try again later: the host of "
            "the task is not connected."
        )
    moment = call.moment
    session = ExecSession(
        id=f"ecs-execute-command-{moment.alnum(26)}",
        token=moment.hex(64),
        task=task.arn,
        host=host.id,
        container=container.name,
        runtime_id=container.runtime_id,
        command=_command(request["command"]),
        created_at=moment.now,
        **_kept(tx, cluster, task, container.name),
    )
    tx.put(session)
    return {
        "clusterArn": cluster.arn,
        "containerArn": container_arn(task.arn, container.name),
        "containerName": container.name,
        "interactive": True,
        "session": {
            "sessionId": session.id,
            "streamUrl": f"ws://{call.host}/v1/data-channel/{session.id}?role=publish_subscribe",
            "tokenValue": session.token,
        },
        "taskArn": task.arn,
    }


def _kept(tx: Transaction, cluster: Cluster, task: Task, container: str) -> dict[str, str | None]:
    """Where the session's output goes: what the cluster says, else where the container's does."""
    place = place_of(task.arn)
    logging = cluster.exec_logging or ExecLogging()
    match logging.mode:
        case "OVERRIDE":
            group = log_group_arn(place, logging.group) if logging.group else None
            return {
                "log_group": group,
                "log_bucket": logging.bucket,
                "log_prefix": logging.prefix,
            }
        case "DEFAULT":
            definition = tx.find(TaskDefinition, task.task_definition)
            given = definition.container(container) if definition else None
            if given is not None and given.log is not None and given.log.driver == "awslogs":
                options = dict(given.log.options)
                region = options.get("awslogs-region") or place.region
                home = Place(account=place.account, region=region)
                group = log_group_arn(home, options["awslogs-group"])
                return {"log_group": group if tx.find(LogGroup, group) else None}
    return {}


def _container(task: Task, name: str | None) -> Container:
    """The container asked for; it need not be named when there is one only."""
    if not name:
        if len(task.containers) != 1:
            raise InvalidParameterException(
                "The container name is required: the task has several containers."
            )
        return task.containers[0]
    for container in task.containers:
        if container.name == name:
            return container
    raise ClientException(f"The container {name} was not found in the task.")


def _command(given: str) -> str:
    try:
        words = shlex.split(given)
    except ValueError as error:
        raise InvalidParameterException(f"The command can't be read: {error}.") from None
    if not words:
        raise InvalidParameterException("The command must not be empty.")
    return given
