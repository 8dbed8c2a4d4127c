"""A task's own limits: a control group that its containers live in.

Three ways the kernel and the engine may be set up, one face: version 1 and version 2 with the
engine writing the files itself, and version 2 with systemd in between.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from seaway.agent.engine import EngineFacts

_PERIOD = 100_000
"""Microseconds over which a CPU limit is kept; the kernel's own choice."""
_MIB = 1024 * 1024


class Cgroups(Protocol):
    """The groups of one installation's tasks. Every method may raise OSError."""

    async def make(self, task: str, cpu: int | None, memory: int | None) -> str:
        """Have the group, with hard limits in CPU units and MiB; the parent for the engine."""

    async def remove(self, task: str) -> None:
        """Take the group away; nothing to do when it is not there."""

    async def remove_all(self) -> None:
        """Take every group of this installation away."""

    def usage(self, task: str) -> tuple[float, float] | None:
        """CPU seconds used so far and MiB in use; None when the group is not there."""


def cgroups_for(
    facts: EngineFacts, installation: str, mount: Path = Path("/sys/fs/cgroup")
) -> Cgroups:
    """The groups as this engine wants them named."""
    if facts.cgroup_driver == "systemd":
        return SystemdCgroups(installation, mount)
    kind = CgroupsV2 if facts.cgroup_version == 2 else CgroupsV1
    return kind(installation, mount)


class CgroupsV1:
    """Control groups version 1: a tree per controller."""

    def __init__(self, installation: str, mount: Path) -> None:
        self._base = f"seaway/{installation}"
        self._mount = mount

    async def make(self, task: str, cpu: int | None, memory: int | None) -> str:
        for controller in ("cpu", "cpuacct", "memory"):
            self._dir(controller, task).mkdir(parents=True, exist_ok=True)
        if cpu is not None:
            quota = max(1000, cpu * _PERIOD // 1024)
            (self._dir("cpu", task) / "cpu.cfs_period_us").write_text(str(_PERIOD))
            (self._dir("cpu", task) / "cpu.cfs_quota_us").write_text(str(quota))
        if memory is not None:
            limit = str(memory * _MIB)
            (self._dir("memory", task) / "memory.limit_in_bytes").write_text(limit)
        return f"/{self._base}/{task}"

    async def remove(self, task: str) -> None:
        # The engine has made the same path under every other controller as well.
        for group in self._mount.glob(f"*/{self._base}/{task}"):
            _remove_tree(group)

    async def remove_all(self) -> None:
        for base in self._mount.glob(f"*/{self._base}"):
            _remove_base(base)

    def usage(self, task: str) -> tuple[float, float] | None:
        try:
            spent = int((self._dir("cpuacct", task) / "cpuacct.usage").read_text())
            memory = self._dir("memory", task)
            used = int((memory / "memory.usage_in_bytes").read_text())
            idle = _field(memory / "memory.stat", "total_inactive_file")
        except FileNotFoundError:
            return None
        return spent / 1e9, max(0, used - idle) / _MIB

    def _dir(self, controller: str, task: str) -> Path:
        return self._mount / controller / self._base / task


class CgroupsV2:
    """Control groups version 2: one tree, controllers switched on from the root down."""

    def __init__(self, installation: str, mount: Path) -> None:
        self._base = f"seaway/{installation}"
        self._mount = mount

    async def make(self, task: str, cpu: int | None, memory: int | None) -> str:
        group = self._mount / self._base / task
        group.mkdir(parents=True, exist_ok=True)
        for parent in (self._mount, group.parent.parent, group.parent, group):
            control = parent / "cgroup.subtree_control"
            control.write_text("+cpu +memory +pids")
        _limit_v2(group, cpu, memory)
        return f"/{self._base}/{task}"

    async def remove(self, task: str) -> None:
        group = self._mount / self._base / task
        if group.exists():
            _remove_tree(group)

    async def remove_all(self) -> None:
        if (base := self._mount / self._base).exists():
            _remove_base(base)

    def usage(self, task: str) -> tuple[float, float] | None:
        return _usage_v2(self._mount / self._base / task)


class SystemdCgroups:
    """Control groups version 2 under systemd: a slice per task."""

    def __init__(self, installation: str, mount: Path) -> None:
        # A dash in a slice's name is a level of the tree, so the parts must have none.
        self._prefix = f"seaway-{_plain(installation)}"
        self._mount = mount

    async def make(self, task: str, cpu: int | None, memory: int | None) -> str:
        name = self._slice(task)
        await _systemctl("start", name)
        limits = ["CPUAccounting=yes", "MemoryAccounting=yes"]
        if cpu is not None:
            limits.append(f"CPUQuota={max(1, cpu * 100 / 1024):.2f}%")
        if memory is not None:
            limits.append(f"MemoryMax={memory * _MIB}")
        await _systemctl("set-property", "--runtime", name, *limits)
        return name

    async def remove(self, task: str) -> None:
        with suppress(OSError):  # a slice that is not there is what was wanted
            await _systemctl("stop", self._slice(task))

    async def remove_all(self) -> None:
        with suppress(OSError):
            await _systemctl("stop", f"{self._prefix}.slice")

    def usage(self, task: str) -> tuple[float, float] | None:
        name = self._slice(task)
        return _usage_v2(self._mount / "seaway.slice" / f"{self._prefix}.slice" / name)

    def _slice(self, task: str) -> str:
        return f"{self._prefix}-{_plain(task)}.slice"


def _limit_v2(group: Path, cpu: int | None, memory: int | None) -> None:
    if cpu is not None:
        (group / "cpu.max").write_text(f"{max(1000, cpu * _PERIOD // 1024)} {_PERIOD}")
    if memory is not None:
        (group / "memory.max").write_text(str(memory * _MIB))


def _usage_v2(group: Path) -> tuple[float, float] | None:
    try:
        spent = _field(group / "cpu.stat", "usage_usec")
        used = int((group / "memory.current").read_text())
        idle = _field(group / "memory.stat", "inactive_file")
    except FileNotFoundError:
        return None
    return spent / 1e6, max(0, used - idle) / _MIB


def _field(path: Path, name: str) -> int:
    for line in path.read_text().splitlines():
        key, _, value = line.partition(" ")
        if key == name:
            return int(value)
    return 0


def _remove_tree(group: Path) -> None:
    for child in group.iterdir():
        if child.is_dir():
            _remove_tree(child)
    with suppress(FileNotFoundError):
        group.rmdir()


def _remove_base(base: Path) -> None:
    _remove_tree(base)
    with suppress(OSError):  # other installations' groups may be in it
        base.parent.rmdir()


def _plain(text: str) -> str:
    return text.replace("-", "_")


async def _systemctl(*arguments: str) -> None:
    job = await asyncio.create_subprocess_exec(
        "systemctl",
        *arguments,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await job.communicate()
    if job.returncode:
        raise OSError(f"systemctl {arguments[0]} failed: {said.decode().strip()}")
