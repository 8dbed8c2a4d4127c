"""What containers use: two looks joined, and their namespace's own network figures."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from seaway.agent.engine import Details
from seaway.agent.inside.stats import StatsWatch, compared, networks_of

NET_DEV = """\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo
    lo:     900       9    0    0    0     0          0         0      900       9    0    0    0
  eth0:    1000      10    1    2    0     0          0         0     2000      20    3    4    0
"""


def test_a_processes_network_is_read_without_its_loopback(tmp_path: Path) -> None:
    (tmp_path / "7" / "net").mkdir(parents=True)
    (tmp_path / "7" / "net" / "dev").write_text(NET_DEV)
    assert networks_of(tmp_path, 7) == {
        "eth0": {
            "rx_bytes": 1000,
            "rx_packets": 10,
            "rx_errors": 1,
            "rx_dropped": 2,
            "tx_bytes": 2000,
            "tx_packets": 20,
            "tx_errors": 3,
            "tx_dropped": 4,
        }
    }
    assert networks_of(tmp_path, 8) == networks_of(tmp_path, 0) == {}


def test_two_looks_give_shares_and_rates() -> None:
    def a_look(second: int, total: int, received: int) -> dict[str, Any]:
        return {
            "read": f"2026-01-01T00:00:0{second}Z",
            "cpu_stats": {"cpu_usage": {"total_usage": total}},
            "precpu_stats": {"cpu_usage": {"total_usage": 0}},
            "networks": {"eth0": {"rx_bytes": received, "tx_bytes": 5}},
        }

    stats = compared(a_look(1, 100, 1000), a_look(3, 250, 5000), 2.0)
    assert stats["cpu_stats"]["cpu_usage"]["total_usage"] == 250
    assert stats["precpu_stats"]["cpu_usage"]["total_usage"] == 100
    assert (stats["preread"], stats["read"]) == ("2026-01-01T00:00:01Z", "2026-01-01T00:00:03Z")
    assert stats["network_rate_stats"] == {"rx_bytes_per_sec": 2000.0, "tx_bytes_per_sec": 0.0}


class _Counting:
    """An engine whose one container uses 10 more at each look."""

    def __init__(self) -> None:
        self.looks = 0

    async def details(self, container: str) -> Details:
        return Details(
            id=container,
            name=container,
            image_id="",
            created_at="",
            started_at=None,
            finished_at=None,
        )

    async def usage(self, container: str) -> dict[str, Any]:
        self.looks += 1
        total = {"cpu_usage": {"total_usage": 10 * self.looks}}
        return {"read": str(self.looks), "cpu_stats": total}


def test_who_asks_again_at_once_is_told_the_same_and_later_what_came_since(tmp_path: Path) -> None:
    engine, now = _Counting(), [100.0]
    watch = StatsWatch(engine, lambda: now[0], proc=tmp_path, between=0.0)  # type: ignore[arg-type]

    async def story() -> None:
        first = await watch.of("c")
        assert (first["preread"], first["read"]) == ("1", "2")
        watch.between = 1.0
        assert await watch.of("c") == first
        now[0] += 5
        later = await watch.of("c")
        assert (later["preread"], later["read"]) == ("2", "3")
        now[0] += 500
        watch.between = 0.0
        much_later = await watch.of("c")
        assert much_later["preread"] == "4", "shares over minutes are nobody's question"

    asyncio.run(story())
