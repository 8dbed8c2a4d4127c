"""What containers use, in the engine's shape with network figures and rates as ECS adds them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seaway.agent.engine import Engine

Stats = dict[str, Any]

BETWEEN = 1.0
"""Seconds between two looks: shares of the processor and rates need two."""
_OLD = 60.0
_PROC = Path("/proc")
_COLUMNS = (
    *("rx_bytes", "rx_packets", "rx_errors", "rx_dropped"),
    *(None, None, None, None),
    *("tx_bytes", "tx_packets", "tx_errors", "tx_dropped"),
)


@dataclass(frozen=True, slots=True)
class _Look:
    at: float
    stats: Stats


class StatsWatch:
    """The last look at each container that somebody asked about, by engine id.

    The engine is asked only when a program asks, as nobody else wants to know. ``between`` is
    the seconds between two looks at least.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], float],
        *,
        proc: Path = _PROC,
        between: float = BETWEEN,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._proc = proc
        self.between = between
        self._last: dict[str, _Look] = {}
        self._shown: dict[str, _Look] = {}

    async def of(self, container: str) -> Stats:
        """The container's stats now. Raises EngineError."""
        before = self._last.get(container)
        if before is None or self._clock() - before.at > _OLD:
            before = self._last[container] = await self._look(container)
            await asyncio.sleep(self.between)
        shown = self._shown.get(container)
        if shown is not None and self._clock() - shown.at < self.between:
            return shown.stats
        now = await self._look(container)
        self._last[container] = now
        stats = compared(before.stats, now.stats, now.at - before.at)
        self._shown[container] = _Look(now.at, stats)
        return stats

    def forget(self, container: str) -> None:
        """It is gone."""
        self._last.pop(container, None)
        self._shown.pop(container, None)

    async def _look(self, container: str) -> _Look:
        details, stats = await asyncio.gather(
            self._engine.details(container), self._engine.usage(container)
        )
        # Its namespace is another container's for the engine, which so counts nothing for it.
        networks = await asyncio.to_thread(networks_of, self._proc, details.process)
        if networks:
            stats["networks"] = networks
        return _Look(self._clock(), stats)


def compared(before: Stats, now: Stats, seconds: float) -> Stats:
    """A look with the one before it as the engine joins them, and the network's rates."""
    stats = now | {
        "precpu_stats": before.get("cpu_stats", {}),
        "preread": before.get("read", now.get("read")),
    }
    if seconds > 0 and now.get("networks"):
        stats["network_rate_stats"] = {
            f"{way}_bytes_per_sec": max(0.0, _total(now, way) - _total(before, way)) / seconds
            for way in ("rx", "tx")
        }
    return stats


def _total(stats: Stats, way: str) -> int:
    return sum(each[f"{way}_bytes"] for each in stats.get("networks", {}).values())


def networks_of(proc: Path, process: int) -> dict[str, dict[str, int]]:
    """What each interface that a process sees has carried, its own loopback left out."""
    if process == 0:
        return {}
    try:
        lines = (proc / str(process) / "net" / "dev").read_text(encoding="ascii").splitlines()
    except OSError:  # it has ended meanwhile
        return {}
    found = {}
    for line in lines[2:]:
        name, _, figures = line.partition(":")
        if name.strip() != "lo":
            columns = zip(_COLUMNS, figures.split(), strict=False)
            found[name.strip()] = {column: int(value) for column, value in columns if column}
    return found
