"""A group of commands of which only the one that is called is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class Commands(click.Group):
    """The commands of ``modules``, by name, each in its module as that or as ``<name>_command``."""

    def __init__(self, *given: Any, modules: Mapping[str, str], **settings: Any) -> None:
        super().__init__(*given, **settings)
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in the order one meets them."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        if cmd_name not in self._modules:
            return None
        module = import_module(self._modules[cmd_name])
        found = getattr(module, f"{cmd_name}_command", None) or getattr(module, cmd_name)
        command: click.Command = found
        return command
