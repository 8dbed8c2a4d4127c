"""Starts: one file per command, no logic of its own."""

from __future__ import annotations

import click

from seaway import __version__
from seaway.cli.commands import Commands

COMMANDS = {
    "up": "seaway.cli.up",
    "down": "seaway.cli.down",
    "status": "seaway.cli.status",
    "env": "seaway.cli.env",
    "exec": "seaway.cli.exec",
    "explain": "seaway.cli.explain",
    "mesh": "seaway.cli.mesh",
    "demo": "seaway.cli.demo.command",
}
"""Where each command is."""


@click.group(
    cls=Commands, modules=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="seaway")
def main() -> None:
    """Amazon ECS with Service Connect, on machines you own."""
