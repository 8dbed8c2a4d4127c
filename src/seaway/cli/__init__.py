"""Starts: one file per command, no logic of its own."""

from __future__ import annotations

from importlib import import_module

import click

from seaway import __version__

COMMANDS = {
    "up": "seaway.cli.up",
    "down": "seaway.cli.down",
    "status": "seaway.cli.status",
    "env": "seaway.cli.env",
    "explain": "seaway.cli.explain",
    "mesh": "seaway.cli.mesh",
    "demo": "seaway.cli.demo.command",
}
"""Where each command is; only the one that is called is loaded."""


class Commands(click.Group):
    """The commands, loaded when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in the order one meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[cmd_name]), cmd_name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="seaway")
def main() -> None:
    """Amazon ECS with Service Connect, on machines you own."""
