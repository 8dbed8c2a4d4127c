"""What a host writes down of a task, so that its own restart forgets nothing."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from seaway.core.task import Container, Health, Sandbox, TaskStatus
from seaway.link.messages import Report

FILE = "report.json"


def save(directory: Path, report: Report) -> None:
    """Keep the latest report of the task; readers see the old one or the new one, whole."""
    directory.mkdir(parents=True, exist_ok=True)
    fresh = directory / f"{FILE}.new"
    fresh.write_text(json.dumps(dataclasses.asdict(report)), encoding="utf-8")
    fresh.replace(directory / FILE)


def load(directory: Path) -> Report | None:
    """The latest report kept there, if there is one."""
    try:
        kept: dict[str, Any] = json.loads((directory / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    kept["status"] = TaskStatus(kept["status"])
    kept["containers"] = tuple(_container(entry) for entry in kept["containers"])
    kept["sandboxes"] = tuple(Sandbox(**entry) for entry in kept["sandboxes"])
    return Report(**kept)


def _container(entry: dict[str, Any]) -> Container:
    entry["status"] = TaskStatus(entry["status"])
    entry["health"] = Health(entry["health"])
    return Container(**entry)
