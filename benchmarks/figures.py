"""What a benchmark says in the end: figures made of samples, and targets met or missed."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def percentile(samples: Sequence[float], percent: float) -> float:
    """The smallest sample that at least ``percent`` of all are not above (nearest rank)."""
    if not samples:
        raise ValueError("no samples")
    ordered = sorted(samples)
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, int(rank) - 1)]


def spread(samples: Sequence[float], form: str = ".0f") -> str:
    """Median and, in brackets, the smallest and largest: ``12 (10-19)``."""
    middle = statistics.median(samples)
    if len(samples) == 1:
        return f"{middle:{form}}"
    return f"{middle:{form}} ({min(samples):{form}}-{max(samples):{form}})"


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Round by round, so that what slows one round down falls out."""
    return [a / b for a, b in zip(ours, theirs, strict=True)]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One number to reach and what was reached."""

    what: str
    reached: float
    bound: float
    at_least: bool
    unit: str = ""

    @property
    def met(self) -> bool:
        return self.reached >= self.bound if self.at_least else self.reached <= self.bound

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        word = "met   " if self.met else "MISSED"
        bound = f"{sign} {self.bound:g}{self.unit}"
        return f"{word} {self.what}: {self.reached:.3g}{self.unit} (to reach: {bound})"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of figures under one title; the first column names the row."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        """As Markdown, aligned, so that it reads as well in a terminal."""
        lines = [self.columns, *self.rows]
        widths = [max(len(line[n]) for line in lines) for n in range(len(self.columns))]

        def line(cells: tuple[str, ...]) -> str:
            return "| " + " | ".join(c.ljust(w) for c, w in zip(cells, widths, strict=True)) + " |"

        rule = "|" + "|".join("-" * (w + 2) for w in widths) + "|"
        return "\n".join([self.title, "", line(self.columns), rule, *map(line, self.rows)])


@dataclass(slots=True)
class Report:
    """One benchmark's figures. ``samples`` holds every single measurement, for ``--json``."""

    name: str
    tables: list[Table] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    samples: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        parts = [f"# {self.name}: {machine()}", *map(str, self.tables)]
        if self.verdicts:
            parts.append("\n".join(map(str, self.verdicts)))
        return "\n\n".join([*parts, *self.notes])

    def as_json(self) -> dict[str, Any]:
        verdicts = [asdict(verdict) | {"met": verdict.met} for verdict in self.verdicts]
        return {
            "benchmark": self.name,
            "machine": machine(),
            "tables": [asdict(table) for table in self.tables],
            "verdicts": verdicts,
            "notes": self.notes,
            "samples": self.samples,
        }


def show(reports: Sequence[Report], as_json: bool) -> None:
    """Print them for people, or as one JSON document."""
    if as_json:
        print(json.dumps([report.as_json() for report in reports], indent=1))
        return
    for report in reports:
        print(f"{report}\n")


def machine() -> str:
    """Where and when: figures of two machines don't compare."""
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    day = datetime.now(UTC).date().isoformat()
    return f"{day}, {os.cpu_count()} cores, {model}, Linux {platform.release()}"


def rotated(names: Sequence[str], round_number: int) -> list[str]:
    """Another order each round: nobody is always the one that follows the hungriest."""
    turn = round_number % len(names)
    return [*names[turn:], *names[:turn]]


Say = Callable[[str], None]
