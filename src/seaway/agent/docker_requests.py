"""What Docker Engine is sent: our words in the shape of its API (1.41)."""

from __future__ import annotations

import base64
import json
from typing import Any

from seaway.agent.engine import ContainerSpec, Credentials, Pairs
from seaway.core.task_definition import Device, HealthCheck, LogConfiguration, Tmpfs


def filters(labels: Pairs, more: dict[str, list[str]] | None = None) -> str:
    """The filter that lets through what has these labels; an empty value is any."""
    return json.dumps({"label": [f"{k}={v}" if v else k for k, v in labels], **(more or {})})


def seconds(at: int) -> str:
    """Epoch nanoseconds as the API takes instants."""
    return f"{at // 1_000_000_000}.{at % 1_000_000_000:09d}"


def container_body(spec: ContainerSpec) -> dict[str, Any]:
    """The body of ContainerCreate."""
    body: dict[str, Any] = {
        "Image": spec.image,
        "Labels": dict(spec.labels),
        "Env": [f"{key}={value}" for key, value in spec.environment],
        "Healthcheck": _health_check(spec.health_check),
        "Tty": spec.pseudo_terminal,
        "OpenStdin": spec.interactive,
        "NetworkDisabled": spec.network_disabled,
        "HostConfig": _host_config(spec),
    }
    optional = {
        "Cmd": list(spec.command),
        "Entrypoint": list(spec.entry_point),
        "WorkingDir": spec.working_directory,
        "User": spec.user,
        "Hostname": spec.hostname,
    }
    body |= {key: value for key, value in optional.items() if value}
    if spec.address:
        endpoint = {"IPAMConfig": {"IPv4Address": spec.address}}
        body["NetworkingConfig"] = {"EndpointsConfig": {spec.network: endpoint}}
    return body


def _host_config(spec: ContainerSpec) -> dict[str, Any]:
    optional = {
        "CgroupParent": spec.cgroup_parent,
        "CpuShares": spec.cpu_shares,
        "Memory": spec.memory,
        "MemorySwap": spec.memory_swap,
        "MemoryReservation": spec.memory_reservation,
        "ShmSize": spec.shared_memory,
        "Dns": list(spec.dns_servers),
        "DnsSearch": list(spec.dns_search),
        "Sysctls": dict(spec.sysctls),
        "CapAdd": list(spec.capabilities_add),
        "CapDrop": list(spec.capabilities_drop),
        "Ulimits": [{"Name": u.name, "Soft": u.soft, "Hard": u.hard} for u in spec.ulimits],
        "Privileged": spec.privileged,
        "ReadonlyRootfs": spec.read_only_root,
        "Init": spec.init_process,
        "Binds": list(spec.binds),
        "VolumesFrom": list(spec.volumes_from),
        "SecurityOpt": list(spec.security_options),
        "Devices": [_device(device) for device in spec.devices],
        "Tmpfs": {mount.path: _tmpfs_options(mount) for mount in spec.tmpfs},
        "PidMode": spec.pid_mode,
        "IpcMode": spec.ipc_mode,
    }
    config = {key: value for key, value in optional.items() if value}
    if spec.swappiness is not None:  # 0 is a setting of its own
        config["MemorySwappiness"] = spec.swappiness
    return config | {"NetworkMode": spec.network, "LogConfig": _log_config(spec.log)}


def _device(device: Device) -> dict[str, str]:
    letters = {"read": "r", "write": "w", "mknod": "m"}
    return {
        "PathOnHost": device.host_path,
        "PathInContainer": device.container_path or device.host_path,
        "CgroupPermissions": "".join(letters[word] for word in device.permissions),
    }


def _tmpfs_options(mount: Tmpfs) -> str:
    return ",".join([*mount.options, f"size={mount.size}m"])


def _log_config(log: LogConfiguration | None) -> dict[str, Any]:
    if log is None:
        return {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "3"}}
    return {"Type": log.driver, "Config": dict(log.options)}


def _health_check(check: HealthCheck | None) -> dict[str, Any]:
    if check is None:  # the image's own check is not ECS's
        return {"Test": ["NONE"]}
    test = list(check.command)
    if test and test[0] not in ("CMD", "CMD-SHELL", "NONE"):
        test = ["CMD", *test]
    second = 1_000_000_000
    return {
        "Test": test,
        "Interval": check.interval * second,
        "Timeout": check.timeout * second,
        "Retries": check.retries,
        "StartPeriod": check.start_period * second,
    }


def split_image(name: str) -> tuple[str, str]:
    """An image's repository, and its digest or tag."""
    if "@" in name:
        repository, _, digest = name.partition("@")
        return repository, digest
    head, slash, last = name.rpartition("/")
    repository, _, tag = last.partition(":")
    return head + slash + repository, tag or "latest"


def auth_header(credentials: Credentials) -> str:
    """X-Registry-Auth of a pull."""
    told = {
        "username": credentials.user,
        "password": credentials.password,
        "serveraddress": credentials.server,
    }
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()
