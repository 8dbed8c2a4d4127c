"""`seaway mesh`: what holds for calls between services, who says so, and what they are doing."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "policy": "seaway.cli.mesh.policy",
    "set": "seaway.cli.mesh.setting",
    "unset": "seaway.cli.mesh.setting",
    "allow": "seaway.cli.mesh.intend",
    "deny": "seaway.cli.mesh.intend",
    "top": "seaway.cli.mesh.top",
    "tap": "seaway.cli.mesh.tap",
    "explain": "seaway.cli.explain",
}
"""Where each command is, as ``<name>_command`` or by its name; only the one called is loaded."""


class Commands(click.Group):
    """The commands, loaded when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in the order one meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(COMMANDS[cmd_name])
        command: click.Command = getattr(module, f"{cmd_name}_command", None) or getattr(
            module, cmd_name
        )
        return command


@click.group(cls=Commands)
def mesh() -> None:
    """What holds for calls between services, who may call whom, and what they do."""
