"""What all tests share: the last lines of a run always say how many were skipped."""

from __future__ import annotations

import gc

import pytest
from hypothesis import settings

# No deadline: how long an example takes says something of the machine only.
settings.register_profile("seaway", deadline=None, max_examples=50)
settings.load_profile("seaway")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A skip is never silent: its number is printed also when it is none."""
    terminalreporter.write_line(f"skipped: {len(terminalreporter.stats.get('skipped', []))}")


def pytest_collection_finish() -> None:
    """What was imported and collected stays: the garbage collector need not look at it again."""
    gc.collect()
    gc.freeze()
