"""What a container is given of, and kept from, the kernel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seaway.aws.ecs.errors import ClientException, not_built
from seaway.core.task_definition import Device, NetworkMode, Tmpfs, Ulimit

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_CAPABILITIES = (
    "ALL AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN "
    "DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE "
    "MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP "
    "SETGID SETPCAP SETUID SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE "
    "SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG SYSLOG WAKE_ALARM"
)
_MOUNT_OPTIONS = (
    "defaults ro rw suid nosuid dev nodev exec noexec sync async dirsync remount mand nomand atime "
    "noatime diratime nodiratime bind rbind unbindable runbindable private rprivate shared rshared "
    "slave rslave relatime norelatime strictatime nostrictatime mode uid gid nr_inodes nr_blocks "
    "mpol"
)
"""API: Tmpfs.mountOptions."""
_IPC_CONTROLS = (
    "kernel.msgmax kernel.msgmnb kernel.msgmni kernel.sem kernel.shmall kernel.shmmax "
    "kernel.shmmni kernel.shm_rmid_forced"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Linux:
    """LinuxParameters as the container's noun has them; MiB (API: LinuxParameters)."""

    add: tuple[str, ...]
    drop: tuple[str, ...]
    init: bool
    shared_memory: int | None
    devices: tuple[Device, ...]
    tmpfs: tuple[Tmpfs, ...]
    max_swap: int | None
    swappiness: int | None


def parse_linux(given: shapes.LinuxParameters | None) -> Linux:
    """Capabilities, devices, file systems in memory, init and swap.

    Raises ClientException.
    """
    given = given or {}
    capabilities = given.get("capabilities") or {}
    add, drop = tuple(capabilities.get("add") or ()), tuple(capabilities.get("drop") or ())
    for name in (*add, *drop):
        if name.removeprefix("CAP_") not in _CAPABILITIES.split():
            raise ClientException(f"Invalid Linux capability: {name}")
    max_swap, swappiness = given.get("maxSwap"), given.get("swappiness")
    if max_swap is not None and max_swap < 0:
        raise ClientException("The maxSwap of a container must be 0 or more.")
    if swappiness is not None and not 0 <= swappiness <= 100:
        raise ClientException("The swappiness of a container must be between 0 and 100.")
    tmpfs = tuple(_tmpfs(item) for item in given.get("tmpfs") or ())
    for mount in tmpfs:
        # The engine has them by their paths: all but the last would do nothing.
        if sum(1 for other in tmpfs if other.path == mount.path) > 1:
            raise ClientException(f"The containerPath {mount.path} has more than one tmpfs.")
    return Linux(
        add=add,
        drop=drop,
        init=given.get("initProcessEnabled", False),
        shared_memory=given.get("sharedMemorySize") or None,
        devices=tuple(_device(item) for item in given.get("devices") or ()),
        tmpfs=tmpfs,
        max_swap=max_swap,
        swappiness=swappiness,
    )


def _device(given: shapes.Device) -> Device:
    permissions = tuple(given.get("permissions") or ("read", "write", "mknod"))
    for permission in permissions:
        if permission not in ("read", "write", "mknod"):
            raise ClientException(f"Invalid device permission: {permission}")
    if not given["hostPath"].startswith("/"):
        raise ClientException("The hostPath of a device must be an absolute path.")
    return Device(
        host_path=given["hostPath"],
        container_path=given.get("containerPath") or None,
        permissions=permissions,
    )


def _tmpfs(given: shapes.Tmpfs) -> Tmpfs:
    options = tuple(given.get("mountOptions") or ())
    for option in options:
        if option.partition("=")[0] not in _MOUNT_OPTIONS.split():
            raise ClientException(f"Invalid tmpfs mount option: {option}")
    if not given["containerPath"].startswith("/"):
        raise ClientException("The containerPath of a tmpfs must be an absolute path.")
    if given["size"] <= 0:
        raise ClientException("The size of a tmpfs must be greater than 0.")
    return Tmpfs(path=given["containerPath"], size=given["size"], options=options)


def parse_ulimits(given: Sequence[shapes.Ulimit] | None) -> tuple[Ulimit, ...]:
    """Limits on the container's processes (API: Ulimit).

    Raises ClientException.
    """
    limits = tuple(
        Ulimit(name=item["name"], soft=item["softLimit"], hard=item["hardLimit"])
        for item in given or ()
    )
    for limit in limits:
        if limit.hard != -1 and (limit.soft > limit.hard or limit.soft == -1):
            raise ClientException(
                f"The soft limit of ulimit {limit.name} must not be greater than its hard limit."
            )
    return limits


def parse_sysctls(
    given: Sequence[shapes.SystemControl] | None, mode: NetworkMode, ipc_mode: str | None
) -> tuple[tuple[str, str], ...]:
    """Kernel parameters of namespaces that are the task's own (API: SystemControl).

    Raises ClientException.
    """
    pairs = tuple((item.get("namespace", ""), item.get("value", "")) for item in given or ())
    for name, _ in pairs:
        of_network = name.startswith("net.")
        of_ipc = name in _IPC_CONTROLS.split() or name.startswith("fs.mqueue.")
        if not of_network and not of_ipc:
            raise ClientException(f"Invalid systemControls namespace: {name}")
        if of_network and mode is NetworkMode.HOST:
            raise ClientException(
                f"The systemControls namespace {name} is not supported when networkMode=host."
            )
        if of_ipc and ipc_mode == "host":
            raise ClientException(
                f"The systemControls namespace {name} is not supported when ipcMode=host."
            )
    return pairs


def parse_security_options(given: Sequence[str] | None, path: str) -> tuple[str, ...]:
    """Options for SELinux and AppArmor (API: ContainerDefinition.dockerSecurityOptions).

    Raises ClientException; credential specs are for Windows' directories, and not built.
    """
    for option in given or ():
        kind = option.partition(":")[0]
        if kind == "credentialspec":
            raise not_built(f"{path}dockerSecurityOptions credentialspec")
        if option != "no-new-privileges" and kind not in ("apparmor", "label"):
            raise ClientException(f"Invalid dockerSecurityOptions value: {option}")
    return tuple(given or ())
