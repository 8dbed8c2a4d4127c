"""`seaway mesh`: what holds for calls between services, who says so, and what they are doing."""

from __future__ import annotations

import click

from seaway.cli.commands import Commands

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
"""Where each command is."""


@click.group(cls=Commands, modules=COMMANDS)
def mesh() -> None:
    """What holds for calls between services, who may call whom, and what they do."""
