"""The unguessable ids by which a task's containers ask for their own, kept with the task's record.

Containers carry them in their environment for life, so they outlive the agent.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from seaway.core.moment import Moment

FILE = "inside.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passes:
    """``containers`` are (name, id) pairs; ``credentials`` is the id of the task role's keys."""

    containers: tuple[tuple[str, str], ...]
    credentials: str

    def of(self, container: str) -> str:
        """The id of a container of the task."""
        return dict(self.containers)[container]


def passes_of(directory: Path, names: Iterable[str], moment: Moment) -> Passes:
    """The ids of a task's containers (by name), made on the first asking."""
    known = _load(directory / FILE)
    missing = [name for name in names if known is None or name not in dict(known.containers)]
    if known is not None and not missing:
        return known
    made = tuple((name, moment.uuid()) for name in missing)
    if known is None:
        passes = Passes(containers=made, credentials=moment.uuid())
    else:
        passes = Passes(containers=known.containers + made, credentials=known.credentials)
    _save(directory / FILE, passes)
    return passes


def _load(file: Path) -> Passes | None:
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    containers = tuple((name, token) for name, token in kept["containers"])
    return Passes(containers=containers, credentials=kept["credentials"])


def _save(file: Path, passes: Passes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    text = json.dumps({"containers": passes.containers, "credentials": passes.credentials})
    # Nobody else on the machine is to read them.
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(text)
    fresh.replace(file)
