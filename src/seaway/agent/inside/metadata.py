"""What the metadata endpoint tells of a task and its containers, version 4 and 3.

Shapes are the ECS agent's (ECS guide: task metadata endpoint version 4).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

from seaway.agent.containers import hostname, namespace_of
from seaway.agent.engine import Details
from seaway.agent.inside.view import View
from seaway.agent.network import gateway_of
from seaway.core.names import container_arn, last_part
from seaway.core.task import Container, PortBinding, TaskStatus
from seaway.core.task_definition import ContainerDefinition
from seaway.link.messages import Assignment

_OURS = ("/etc/hosts", "/etc/resolv.conf")
_MIB = 1024 * 1024
_FARGATE_STORAGE = 20
"""GiB, unless the definition or the run says otherwise."""
_NEW_IN_V4 = ("ContainerARN", "LogDriver", "LogOptions", "Snapshotter", "RestartCount")


def task_shape(
    view: View, details: Mapping[str, Details], written: int | None = None
) -> dict[str, Any]:
    """The task (``/task``). ``details`` are by engine id; what has none is not shown.

    ``written`` are the bytes its containers have written, on Fargate.
    """
    task, report = view.assignment, view.report
    is_fargate = task.launch_type == "FARGATE"
    shape: dict[str, Any] = {
        "Cluster": task.cluster if is_fargate else last_part(task.cluster),
        "TaskARN": task.task,
        "Family": task.family,
        "Revision": str(task.revision),
        "DesiredStatus": task.desired_status.value,
        "KnownStatus": _known_task(report.status),
    }
    limits: dict[str, Any] = {}
    if task.cpu:
        limits["CPU"] = task.cpu / 1024
    if task.memory:
        limits["Memory"] = task.memory
    optional = {
        "Limits": limits,
        "PullStartedAt": _time(report.pull_started_at),
        "PullStoppedAt": _time(report.pull_stopped_at),
        "ExecutionStoppedAt": _time(report.execution_stopped_at),
        "AvailabilityZone": task.zone,
        "LaunchType": task.launch_type,
        "VPCID": task.network.vpc if task.network else "",
        "ServiceName": task.service_name,
    }
    shape |= {name: value for name, value in optional.items() if value}
    if written is not None:
        shape["EphemeralStorageMetrics"] = {
            "Utilized": -(-written // _MIB),
            "Reserved": (task.ephemeral_storage or _FARGATE_STORAGE) * 1024,
        }
    shape["Containers"] = [*_pauses(view, details), *_containers(view, details)]
    shape["FaultInjectionEnabled"] = False
    return shape


def container_shape(view: View, name: str, details: Details) -> dict[str, Any]:
    """One container of the task (the endpoint's bare address)."""
    task = view.assignment
    definition = next(c for c in task.containers if c.name == name)
    seen = next((c for c in view.report.containers if c.name == name), None)
    limits: dict[str, Any] = {"CPU": definition.cpu}
    if definition.memory:
        limits["Memory"] = definition.memory
    shape: dict[str, Any] = {
        "DockerId": details.id,
        "Name": name,
        "DockerName": details.name,
        "Image": definition.image,
        "ImageID": details.image_id,
        "Ports": _ports(task, definition),
        "Labels": details.labels,
        "DesiredStatus": task.desired_status.value,
        "KnownStatus": _known(seen),
        "ExitCode": seen.exit_code if seen else None,
        "Limits": limits,
        "CreatedAt": details.created_at,
        "StartedAt": details.started_at,
        "FinishedAt": details.finished_at,
        "Type": "NORMAL",
        "Health": details.health if definition.health_check else None,
        "Volumes": _volumes(details),
        **_log(task, definition),
        "ContainerARN": container_arn(task.task, name),
        "Networks": [_network(task, namespace_of(task, name))],
        "Snapshotter": "overlayfs" if task.launch_type == "FARGATE" else None,
        "RestartCount": (seen.restarts if seen else 0) if definition.restart else None,
    }
    return {key: value for key, value in shape.items() if value not in (None, [], {})}


def version_3(shape: dict[str, Any]) -> dict[str, Any]:
    """The same without what version 4 has added."""
    shape = {key: value for key, value in shape.items() if key not in _NEW_IN_V4}
    shape.pop("EphemeralStorageMetrics", None)
    if "Networks" in shape:
        kept = ("NetworkMode", "IPv4Addresses")
        shape["Networks"] = [{key: each[key] for key in kept} for each in shape["Networks"]]
    if "Containers" in shape:
        shape["Containers"] = [version_3(each) for each in shape["Containers"]]
    return shape


def _containers(view: View, details: Mapping[str, Details]) -> list[dict[str, Any]]:
    ids = view.containers
    names = [c.name for c in view.assignment.containers if ids.get(c.name) in details]
    return [container_shape(view, name, details[ids[name]]) for name in names]


def _pauses(view: View, details: Mapping[str, Details]) -> list[dict[str, Any]]:
    """The pause container of awsvpc tasks on EC2, which AWS shows too; Fargate has none to see."""
    task = view.assignment
    pause = details.get(view.pauses.get("", ""))
    if task.network_mode != "awsvpc" or task.launch_type == "FARGATE" or pause is None:
        return []
    return [
        {
            "DockerId": pause.id,
            "Name": "~internal~ecs~pause",
            "DockerName": pause.name,
            "Image": "amazon/amazon-ecs-pause:0.1.0",
            "ImageID": "",
            "Labels": pause.labels,
            "DesiredStatus": "RESOURCES_PROVISIONED",
            "KnownStatus": "RESOURCES_PROVISIONED",
            "Limits": {"CPU": 0, "Memory": 0},
            "CreatedAt": pause.created_at,
            "StartedAt": pause.started_at,
            "Type": "CNI_PAUSE",
            "Networks": [_network(task, "")],
        }
    ]


def _known_task(status: TaskStatus) -> str:
    """In the ECS agent's words, which knows fewer statuses than the API."""
    if status.rank < TaskStatus.RUNNING.rank:
        return "NONE" if status is TaskStatus.PROVISIONING else "CREATED"
    return "STOPPED" if status.rank >= TaskStatus.DEPROVISIONING.rank else "RUNNING"


def _known(seen: Container | None) -> str:
    if seen is None or seen.status is TaskStatus.PENDING:
        return "CREATED"
    return seen.status.value


def _ports(task: Assignment, container: ContainerDefinition) -> list[dict[str, Any]]:
    bound = {(b.container_port, b.protocol): b for b in _bindings(task, container.name)}
    shapes: list[dict[str, Any]] = []
    for mapping in container.ports:
        for port in range(
            mapping.container_port, (mapping.last_port or mapping.container_port) + 1
        ):
            shape: dict[str, Any] = {"ContainerPort": port, "Protocol": mapping.protocol}
            if task.network_mode in ("awsvpc", "host"):
                shape["HostPort"] = port
            elif binding := bound.get((port, mapping.protocol)):
                shape["HostPort"] = binding.host_port
                shape["HostIp"] = "0.0.0.0"
            shapes.append(shape)
    return shapes


def _bindings(task: Assignment, container: str) -> list[PortBinding]:
    return [binding for binding in task.bindings if binding.container == container]


def _volumes(details: Details) -> list[dict[str, str]]:
    return [
        {"DockerName": name, "Source": source, "Destination": path}
        if name
        else {"Source": source, "Destination": path}
        for name, source, path in details.mounts
        if path not in _OURS
    ]


def _log(task: Assignment, container: ContainerDefinition) -> dict[str, Any]:
    if container.log is None:
        return {}
    options = dict(container.log.options)
    stream = next((s for s in task.logs if s.container == container.name), None)
    if stream is not None:
        options |= {"awslogs-region": stream.region, "awslogs-stream": stream.stream}
        options.pop("awslogs-stream-prefix", None)
    return {"LogDriver": container.log.driver, "LogOptions": options}


def _network(task: Assignment, space: str) -> dict[str, Any]:
    address = dict(task.addresses).get(space)
    shape: dict[str, Any] = {
        "NetworkMode": task.network_mode,
        "IPv4Addresses": [address] if address else [],
    }
    if task.network_mode != "awsvpc" or address is None or task.network is None:
        return shape
    octets = ip_address(address).packed
    whole = task.network.cidr.partition("/")[2]
    return shape | {
        "AttachmentIndex": 0,
        "MACAddress": ":".join(f"{octet:02x}" for octet in (2, 0x42, *octets)),
        "IPv4SubnetCIDRBlock": task.subnet or task.network.cidr,
        **({"DomainNameServers": [task.resolver]} if task.resolver else {}),
        "PrivateDNSName": hostname(task, space),
        "SubnetGatewayIpv4Address": f"{gateway_of(task.network)}/{whole}",
    }


def _time(at: float | None) -> str | None:
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
