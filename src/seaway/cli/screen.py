"""Where commands show tables: the terminal, or a file that is wide enough for them."""

from __future__ import annotations

from rich.console import Console

PLAIN_WIDTH = 110
"""Columns, when the output goes to a file."""


def screen() -> Console:
    """The terminal; wide enough for tables when the output goes to a file instead."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=PLAIN_WIDTH)
