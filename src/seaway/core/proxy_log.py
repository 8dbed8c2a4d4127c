"""A task's proxy log: which stream of CloudWatch Logs it is, and what of the proxy it tells.

The host's proxy serves all of the host's tasks; each task of a service with a logConfiguration
has a log of its own all the same, as if AWS's sidecar wrote it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from seaway.core.logs import log_group_arn
from seaway.core.names import last_part, place_of
from seaway.core.service import ServiceConnect
from seaway.core.task import Task
from seaway.core.task_definition import LogConfiguration


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyStream:
    """The log stream of one task's proxy. ``group`` is an ARN, ``debug``: it is told more."""

    group: str
    name: str
    debug: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ejection:
    """An endpoint that outlier detection left alone (``out``), or took in again."""

    upstream: str
    address: str
    """``address:port``."""
    out: bool
    cause: str = ""
    times: int = 0


def proxy_container(task: Task) -> str:
    """What AWS's readers know the Service Connect proxy of a task by."""
    return f"ecs-service-connect-{task.id[:5]}"


def group_of(task: Task, log: LogConfiguration) -> tuple[str, str, str]:
    """ARN, name and region of the log group that a task's awslogs configuration names."""
    options = dict(log.options)
    place, region = place_of(task.arn), options.get("awslogs-region")
    place = replace(place, region=region) if region else place
    name = options.get("awslogs-group", "")
    return log_group_arn(place, name), name, place.region


def proxy_stream(task: Task, connect: ServiceConnect | None) -> ProxyStream | None:
    """``prefix/ecs-service-connect-XXXXX/task-id``; None when the service asked for no log."""
    if connect is None or not connect.enabled or connect.log is None:
        return None
    prefix = dict(connect.log.options).get("awslogs-stream-prefix")
    name = f"{proxy_container(task)}/{task.id}"
    return ProxyStream(
        group=group_of(task, connect.log)[0],
        name=f"{prefix}/{name}" if prefix else name,
        debug=connect.proxy_log_level == "debug",
    )


def story_of(before: Task | None, after: Task) -> tuple[str, ...]:
    """What a task's proxy log says of a change to the task."""
    if before is None:
        return ()
    said = []
    if after.mesh_ready and not before.mesh_ready:
        said.append("[info] configuration accepted: Service Connect's names can be called")
    if after.drained and not before.drained:
        said.append("[info] drained: no request to this task is under way")
    if after.mesh_gone and not before.mesh_gone:
        said.append("[info] stopped listening: the task's containers have stopped")
    return tuple(said)


def concerned(tasks: Iterable[Task], resource: str) -> list[Task]:
    """The tasks that one of the proxy's resources is for, by its name.

    ``interceptor/NAMESPACE:PORT`` is one task's, and so is ``ingress/TASK/…``;
    ``connect/CLUSTER/SERVICE/…`` and ``names/CLUSTER/SERVICE/…`` are all the calling service's.
    """
    kind, _, rest = resource.partition("/")
    if kind == "interceptor":
        path = rest.rpartition(":")[0]
        return [task for task in tasks if any(box.path == path for box in task.sandboxes)]
    parts = rest.split("/")
    if kind == "ingress":
        return [task for task in tasks if task.id == parts[0]]
    if kind not in ("connect", "names") or len(parts) < 2:
        return []
    return [
        task
        for task in tasks
        if task.service
        and (last_part(task.cluster), last_part(task.service)) == (parts[0], parts[1])
    ]


def parse_ejection(line: str) -> Ejection | None:
    """What one line of Envoy's outlier detection log says (OutlierDetectionEvent, as JSON)."""
    try:
        told = json.loads(line)
        return Ejection(
            upstream=told["cluster_name"],
            address=told["upstream_url"].rpartition("/")[2],
            out=told.get("action", "EJECT") == "EJECT",
            cause=told.get("type", "CONSECUTIVE_5XX"),
            times=int(told.get("num_ejections", 0)),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def ejection_line(ejection: Ejection, name: str) -> str:
    """How the proxy log tells it; ``name`` is what callers dial."""
    where = f"endpoint {ejection.address} of {name}"
    if not ejection.out:
        return f"[info] {where} is back"
    return f"[info] {where} is left alone for a while: {ejection.cause}, time {ejection.times}"
