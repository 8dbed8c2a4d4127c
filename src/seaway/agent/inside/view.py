"""A task as its worker sees it at this moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from seaway.link.messages import Assignment, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """``containers`` are engine ids by container name, ``pauses`` engine ids by namespace."""

    assignment: Assignment
    report: Report
    containers: Mapping[str, str] = field(default_factory=dict)
    pauses: Mapping[str, str] = field(default_factory=dict)
