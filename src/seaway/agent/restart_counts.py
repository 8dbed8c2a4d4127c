"""How often a task's containers were started again, each end counted once over our own deaths."""

from __future__ import annotations

import json
from pathlib import Path

FILE = "restarts.json"


class RestartCounts:
    """Counts kept in the task's directory, written down before the start that they count."""

    def __init__(self, directory: Path) -> None:
        self._kept = directory / FILE
        self._counts: dict[str, tuple[int, float]] = {}
        if self._kept.exists():
            told = json.loads(self._kept.read_text(encoding="utf-8"))
            self._counts = {name: (count, ended) for name, (count, ended) in told.items()}

    def of(self, container: str) -> int:
        """How often it has been started again."""
        return self._counts.get(container, (0, 0.0))[0]

    def count(self, container: str, ended_at: float) -> int:
        """Count the start that answers the end at this instant (epoch seconds); the new number.

        Said twice of one end, by an agent that was killed in between, it is counted once.
        """
        count, answered = self._counts.get(container, (0, 0.0))
        if answered != ended_at:
            count += 1
            self._counts[container] = (count, ended_at)
            fresh = self._kept.with_name(f"{FILE}.new")
            fresh.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(self._counts), encoding="utf-8")
            fresh.replace(self._kept)
        return count
