"""`seaway explain web cats`: the whole way of a call, and where it breaks."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from seaway.cli.options import data_dir_option
from seaway.cli.question import endpoint, look
from seaway.cli.screen import screen

_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "broken": ("✗", "bold red")}


@click.command()
@click.argument("caller")
@click.argument("target")
@click.option("--cluster", help="Where the caller is, when several clusters have one of its name.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@data_dir_option
def explain(
    caller: str, target: str, cluster: str | None, as_json: bool, data_dir: Path | None
) -> None:
    """Say why CALLER reaches TARGET, or why it can't; exits 1 when it can't.

    CALLER is a service (web, pets/web), family:jobs for tasks of RunTask, or machine for the
    machine's own programs. TARGET is what it calls: cats, cats:8080.
    """
    told = look(endpoint(data_dir), "explain", caller=caller, target=target, cluster=cluster)
    if as_json:
        click.echo(json.dumps(told))
    else:
        show(told, screen())
    if told["standing"] == "broken":
        raise SystemExit(1)


def show(told: dict[str, Any], console: Console) -> None:
    """The steps, one under the other, and the diagnosis under them."""
    widest = max(len(step["name"]) for step in told["steps"])
    for step in told["steps"]:
        mark, style = _MARKS[step["standing"]]
        said = Text.assemble((mark, style), "  ", (step["name"].ljust(widest), "bold"), "  ")
        lines = textwrap.wrap(step["sentence"], max(console.width - said.cell_len, 40)) or [""]
        said.append(f"\n{' ' * said.cell_len}".join(lines))
        console.print(said, soft_wrap=True)
    console.print()
    _, style = _MARKS[told["standing"]]
    # Not wrapped: there may be a command in it, to be copied.
    console.print(Text(told["diagnosis"], style), soft_wrap=True)
