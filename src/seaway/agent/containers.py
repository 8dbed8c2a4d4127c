"""An assignment in the engine's terms: which containers, called and made how."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from seaway.agent import firelens
from seaway.agent.engine import ContainerSpec, Pairs
from seaway.agent.images import Image
from seaway.core.names import last_part
from seaway.core.task_definition import ContainerDefinition, LogConfiguration, Volume
from seaway.link.messages import Assignment, Material

_MIB = 1024 * 1024
INSTALLATION = "seaway.installation"
TASK = "seaway.task"
CONTAINER = "seaway.container"
ROLE = "seaway.role"
PAUSE = "pause"
WARM = "seaway.warm"
"""On a pause that was made before anybody knew for which task; its name tells."""
SHARED = "~shared"
"""The pause whose process and IPC namespaces a task's containers share, where it says so."""
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
    shared: str | None = None
    """The engine's id of the pause whose process and IPC namespaces are shared."""


def namespaces(assignment: Assignment) -> tuple[str, ...]:
    """The namespaces a task needs: one for all ("") in awsvpc, one per container in bridge."""
    match assignment.network_mode:
        case "awsvpc":
            return ("",)
        case "bridge":
            return tuple(c.name for c in assignment.containers if not c.disable_networking)
    return ()


def has_namespace(assignment: Assignment, container: ContainerDefinition) -> bool:
    """A container joins a namespace that we hold open for it."""
    return namespace_of(assignment, container.name) in namespaces(assignment)


def shares_processes(assignment: Assignment) -> bool:
    """The task's containers share a process or an IPC namespace of their own."""
    return "task" in (assignment.pid_mode, assignment.ipc_mode)


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
    has_own = has_own or container.disable_networking
    return assignment.resolver is not None and not has_own


def volume_name(assignment: Assignment, volume: Volume) -> str:
    """The engine's name for a volume: its own where it is shared, else one of the task's."""
    if volume.docker is not None and volume.docker.scope == "shared":
        return volume.name
    return f"seaway-{last_part(assignment.task)}-{volume.name}"


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


def pause_name(assignment: Assignment, namespace: str) -> str:
    """What the engine calls the pause of a namespace."""
    return container_name(assignment, f"~internal~ecs~pause-{namespace}".rstrip("-"))


def takes_any_pause(assignment: Assignment, namespace: str) -> bool:
    """A pause made for nobody will do: nothing of this one has to be set when it is made.

    Its hostname is the engine's id, as ECS has it in bridge mode; in awsvpc mode the hostname
    tells the address, which nobody knows beforehand.
    """
    if assignment.network_mode != "bridge" or namespace not in dict(assignment.addresses):
        return False
    container = next(c for c in assignment.containers if c.name == namespace)
    return (
        asks_resolver(assignment, container)
        and not container.hostname
        and not container.dns_search
        and not any(_is_network(sysctl) for sysctl, _ in container.sysctls)
    )


def warm_spec(name: str, image: str, installation: str, cgroup_parent: str) -> ContainerSpec:
    """A pause for whichever namespace comes to need one."""
    return ContainerSpec(
        name=name,
        image=image,
        labels=((INSTALLATION, installation), (ROLE, PAUSE), (WARM, "yes")),
        cgroup_parent=cgroup_parent,
    )


def pause_spec(assignment: Assignment, namespace: str, around: Surroundings) -> ContainerSpec:
    """The container that holds a namespace: its hostname and name servers.

    A namespace with an address of its own is plugged in by this host, not by the engine.
    """
    inside = [c for c in assignment.containers if namespace_of(assignment, c.name) == namespace]
    # dict: the containers of a shared namespace may ask for the same more than once.
    servers = dict.fromkeys(server for c in inside for server in c.dns_servers)
    search = dict.fromkeys(domain for c in inside for domain in c.dns_search)
    return ContainerSpec(
        name=pause_name(assignment, namespace),
        image=around.pause_image,
        labels=_labels(assignment, namespace, PAUSE, around),
        hostname=hostname(assignment, namespace),
        network="none" if namespace in dict(assignment.addresses) else around.network,
        dns_servers=tuple(servers),
        dns_search=tuple(search),
        sysctls=tuple({k: v for c in inside for k, v in c.sysctls if _is_network(k)}.items()),
        cgroup_parent=around.cgroup_parent,
    )


def shared_spec(assignment: Assignment, around: Surroundings) -> ContainerSpec:
    """The pause that holds the process and IPC namespaces a task's containers share."""
    return ContainerSpec(
        name=container_name(assignment, "~internal~ecs~pause-shared"),
        image=around.pause_image,
        labels=_labels(assignment, SHARED, PAUSE, around),
        ipc_mode="shareable",
        cgroup_parent=around.cgroup_parent,
    )


def application_spec(
    assignment: Assignment,
    container: ContainerDefinition,
    image: Image,
    pause: str | None,
    around: Surroundings,
    *,
    materials: Mapping[str, Material] | None = None,
    ids: Mapping[str, str] | None = None,
) -> ContainerSpec:
    """A container of the definition, joined to its pause (host and none modes have none).

    ``materials`` are what the task's containers are given and nobody writes down, ``ids`` the
    engine's of those made already, both by container.
    """
    labels = _labels(assignment, container.name, APPLICATION, around)
    given = materials or {}
    material = given.get(container.name) or Material(container=container.name)
    network = "none" if container.disable_networking else assignment.network_mode
    return ContainerSpec(
        name=container_name(assignment, container.name),
        image=image.name,
        labels=(*container.docker_labels, *labels),
        command=container.command,
        entry_point=container.entry_point,
        environment=_environment(assignment, container, given),
        working_directory=container.working_directory,
        user=container.user,
        network=f"container:{pause}" if pause else network,
        network_disabled=container.disable_networking,
        sysctls=tuple((k, v) for k, v in container.sysctls if not _is_network(k)),
        binds=(
            *_files(assignment, container, around.directory),
            *_binds(assignment, container),
            *firelens.binds(container, around.directory),
        ),
        volumes_from=tuple(
            f"{(ids or {})[source.container]}{':ro' if source.read_only else ''}"
            for source in container.volumes_from
        ),
        devices=container.devices,
        tmpfs=container.tmpfs,
        security_options=container.security_options,
        pid_mode=_shared(assignment.pid_mode, around),
        ipc_mode=_shared(assignment.ipc_mode, around),
        cgroup_parent=around.cgroup_parent,
        cpu_shares=max(2, container.cpu),
        memory=container.memory * _MIB if container.memory else None,
        memory_swap=_swap(container),
        # Without maxSwap it has no effect (API: LinuxParameters.swappiness).
        swappiness=container.swappiness if container.max_swap is not None else None,
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
        log=_log(assignment, container, material, around.directory),
    )


def _environment(
    assignment: Assignment, container: ContainerDefinition, materials: Mapping[str, Material]
) -> Pairs:
    """Files' variables give way to the definition's, and those to secrets (ECS agent)."""
    material = materials.get(container.name)
    fetched = dict(material.environment) if material else {}
    hidden = {secret.name for secret in container.secrets}
    environment = dict(assignment.environment)
    environment |= {name: value for name, value in fetched.items() if name not in hidden}
    environment |= dict(firelens.environment(assignment, container))
    environment |= dict(container.environment)
    environment |= {name: value for name, value in fetched.items() if name in hidden}
    if container.firelens is not None:
        options = {name: given.log_options for name, given in materials.items()}
        environment |= dict(firelens.secret_environment(assignment, options))
    return tuple(environment.items())


def _log(
    assignment: Assignment, container: ContainerDefinition, material: Material, directory: Path
) -> LogConfiguration | None:
    """How the engine keeps or hands on what the container writes."""
    log = container.log
    if log is None:
        return None
    if firelens.is_routed(container):
        return firelens.log_driver(assignment, container, directory)
    options = dict(log.options)
    # An account's default since June 2025 (account setting defaultLogDriverMode).
    if options.setdefault("mode", "non-blocking") == "non-blocking":
        options.setdefault("max-buffer-size", "10m")
    if log.driver != "awslogs":
        return LogConfiguration(
            driver=log.driver, options=tuple((options | dict(material.log_options)).items())
        )
    # The engine keeps awslogs output in files; this host carries it on from there. How lines
    # are handed over to the driver, which is what mode means, is the engine's part.
    handed = {key: options[key] for key in ("mode", "max-buffer-size") if key in options}
    kept = {"max-size": "10m", "max-file": "3"}
    return LogConfiguration(driver="json-file", options=tuple((kept | handed).items()))


def _shared(mode: str | None, around: Surroundings) -> str | None:
    return f"container:{around.shared}" if mode == "task" else mode


def _swap(container: ContainerDefinition) -> int | None:
    """The engine's limit is of memory and swap together."""
    if container.max_swap is None:
        return None
    return ((container.memory or 0) + container.max_swap) * _MIB


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
        volume.name: volume.host_path or volume_name(assignment, volume)
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
