"""An assignment in the engine's terms: which containers, called and made how."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from seaway.agent.engine import ContainerSpec, Pairs
from seaway.agent.images import Image
from seaway.core.names import last_part
from seaway.core.task_definition import ContainerDefinition
from seaway.link.messages import Assignment

_MIB = 1024 * 1024
INSTALLATION = "seaway.installation"
TASK = "seaway.task"
CONTAINER = "seaway.container"
ROLE = "seaway.role"
PAUSE = "pause"
APPLICATION = "application"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a task's containers are put into: by engine ids, names and host paths."""

    installation: str
    cgroup_parent: str
    network: str
    """The engine's network the pauses are on."""
    pause_image: str
    directory: Path
    """The task's own directory on this machine."""


def namespaces(assignment: Assignment) -> tuple[str, ...]:
    """The namespaces a task needs: one for all ("") in awsvpc, one per container in bridge."""
    match assignment.network_mode:
        case "awsvpc":
            return ("",)
        case "bridge":
            return tuple(container.name for container in assignment.containers)
    return ()


def namespace_of(assignment: Assignment, container: str) -> str:
    """The namespace (and hosts file) a container is in."""
    return container if assignment.network_mode == "bridge" else ""


def hosts_path(directory: Path, namespace: str) -> Path:
    """Where a namespace's hosts file is kept."""
    return directory / (f"hosts-{namespace}" if namespace else "hosts")


def resolver_path(directory: Path, container: str) -> Path:
    """Where the name servers of a container are kept, if it asks ours first."""
    return directory / f"resolv-{container}"


def asks_resolver(assignment: Assignment, container: ContainerDefinition) -> bool:
    """Whether a container asks the control plane's DNS server; its own setting goes first."""
    has_own = container.dns_servers or assignment.network_mode in ("host", "none")
    return assignment.resolver is not None and not has_own


def volume_name(assignment: Assignment, volume: str) -> str:
    """The engine's name for an empty volume that lives as long as the task."""
    return f"seaway-{last_part(assignment.task)}-{volume}"


def container_name(assignment: Assignment, container: str) -> str:
    """What the engine calls a container: ecs-family-revision-container-hash, as ECS does."""
    plain = re.sub(r"[^a-zA-Z0-9_.-]", "", container)
    token = _token(assignment, container)[:20]
    return f"ecs-{assignment.family}-{assignment.revision}-{plain}-{token}"


def hostname(assignment: Assignment, namespace: str) -> str:
    """What a namespace calls itself: its own setting, else AWS's form for an address."""
    for container in assignment.containers:
        if container.hostname and namespace in ("", container.name):
            return container.hostname
    address = dict(assignment.addresses).get(namespace)
    if assignment.network_mode == "awsvpc" and address:
        region = assignment.task.split(":")[3]
        return f"ip-{address.replace('.', '-')}.{region}.compute.internal"
    return _token(assignment, f"hostname/{namespace}")[:12]


def pause_spec(assignment: Assignment, namespace: str, around: Surroundings) -> ContainerSpec:
    """The container that holds a namespace: its hostname and name servers.

    A namespace with an address of its own is plugged in by this host, not by the engine.
    """
    inside = [c for c in assignment.containers if namespace_of(assignment, c.name) == namespace]
    # dict: the containers of a shared namespace may ask for the same more than once.
    servers = dict.fromkeys(server for c in inside for server in c.dns_servers)
    search = dict.fromkeys(domain for c in inside for domain in c.dns_search)
    return ContainerSpec(
        name=container_name(assignment, f"~internal~ecs~pause-{namespace}".rstrip("-")),
        image=around.pause_image,
        labels=_labels(assignment, namespace, PAUSE, around),
        hostname=hostname(assignment, namespace),
        network="none" if namespace in dict(assignment.addresses) else around.network,
        dns_servers=tuple(servers),
        dns_search=tuple(search),
        sysctls=tuple({k: v for c in inside for k, v in c.sysctls if _is_network(k)}.items()),
        cgroup_parent=around.cgroup_parent,
    )


def application_spec(
    assignment: Assignment,
    container: ContainerDefinition,
    image: Image,
    pause: str | None,
    around: Surroundings,
) -> ContainerSpec:
    """A container of the definition, joined to its pause (host and none modes have none)."""
    labels = _labels(assignment, container.name, APPLICATION, around)
    environment = dict(assignment.environment) | dict(container.environment)
    return ContainerSpec(
        name=container_name(assignment, container.name),
        image=image.name,
        labels=(*container.docker_labels, *labels),
        command=container.command,
        entry_point=container.entry_point,
        environment=tuple(environment.items()),
        working_directory=container.working_directory,
        user=container.user,
        network=f"container:{pause}" if pause else assignment.network_mode,
        sysctls=tuple((k, v) for k, v in container.sysctls if not _is_network(k)),
        binds=(*_files(assignment, container, around.directory), *_binds(assignment, container)),
        cgroup_parent=around.cgroup_parent,
        cpu_shares=max(2, container.cpu),
        memory=container.memory * _MIB if container.memory else None,
        memory_reservation=_reservation(container),
        shared_memory=container.shared_memory * _MIB if container.shared_memory else None,
        privileged=container.privileged,
        read_only_root=container.read_only_root,
        interactive=container.interactive,
        pseudo_terminal=container.pseudo_terminal,
        init_process=container.init_process,
        capabilities_add=container.capabilities_add,
        capabilities_drop=container.capabilities_drop,
        ulimits=container.ulimits,
        health_check=container.health_check,
        # The engine keeps awslogs output in files; this host carries it on from there.
        log=container.log if container.log and container.log.driver != "awslogs" else None,
    )


def _files(
    assignment: Assignment, container: ContainerDefinition, directory: Path
) -> tuple[str, ...]:
    """What this host writes for a container, and goes on writing while it runs."""
    hosts = hosts_path(directory, namespace_of(assignment, container.name))
    if not asks_resolver(assignment, container):
        return (f"{hosts}:/etc/hosts",)
    servers = resolver_path(directory, container.name)
    return (f"{hosts}:/etc/hosts", f"{servers}:/etc/resolv.conf")


def _binds(assignment: Assignment, container: ContainerDefinition) -> tuple[str, ...]:
    sources = {
        volume.name: volume.host_path or volume_name(assignment, volume.name)
        for volume in assignment.volumes
    }
    return tuple(
        f"{sources[mount.volume]}:{mount.path}{':ro' if mount.read_only else ''}"
        for mount in container.mounts
    )


def _is_network(sysctl: str) -> bool:
    return sysctl.startswith("net.")


def _reservation(container: ContainerDefinition) -> int | None:
    return container.memory_reservation * _MIB if container.memory_reservation else None


def _labels(assignment: Assignment, container: str, role: str, around: Surroundings) -> Pairs:
    return (
        ("com.amazonaws.ecs.cluster", last_part(assignment.cluster)),
        ("com.amazonaws.ecs.container-name", container or "~internal~ecs~pause"),
        ("com.amazonaws.ecs.task-arn", assignment.task),
        ("com.amazonaws.ecs.task-definition-family", assignment.family),
        ("com.amazonaws.ecs.task-definition-version", str(assignment.revision)),
        (INSTALLATION, around.installation),
        (TASK, assignment.task),
        (CONTAINER, container),
        (ROLE, role),
    )


def _token(assignment: Assignment, subject: str) -> str:
    # Always the same for the same container, so that making it twice makes one.
    return hashlib.sha256(f"{assignment.task}/{subject}".encode()).hexdigest()
