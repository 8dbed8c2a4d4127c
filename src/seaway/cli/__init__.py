"""Starts: one file per command, no logic of its own."""

from __future__ import annotations

import click

from seaway import __version__
from seaway.cli.down import down
from seaway.cli.env import env
from seaway.cli.status import status
from seaway.cli.up import up


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="seaway")
def main() -> None:
    """Amazon ECS with Service Connect, on machines you own."""


for command in (up, down, status, env):
    main.add_command(command)
