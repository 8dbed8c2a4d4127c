"""`seaway status`: is it up, and what does it run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from seaway.cli.options import data_dir_option, settings_for
from seaway.cli.process import ask, running


@click.command()
@data_dir_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(data_dir: Path | None, as_json: bool) -> None:
    """Say whether Seaway is up and what it runs; exits 1 when it is down."""
    settings = settings_for(data_dir)
    present = running(settings)
    said = ask(present[1]) if present else None
    if said is None:
        if as_json:
            click.echo(json.dumps({"up": False, "data_dir": str(settings.data_dir)}))
        else:
            click.echo(f"Seaway is down (data directory {settings.data_dir}).")
            click.echo("Start it with: seaway up --detach")
        raise SystemExit(1)
    click.echo(json.dumps({"up": True, **said}) if as_json else _words(said))


def _words(said: dict[str, Any]) -> str:
    proxy = said["proxy"]
    hosts = ", ".join(
        f"{h['id']} ({h['engine']}{'' if h['connected'] else ', away'})" for h in said["hosts"]
    )
    lines = [
        f"Seaway {said['version']} is up at {said['endpoint']} "
        f"for {said['uptime_seconds']:.0f} s (process {said['pid']})",
        f"  data      {said['data_dir']}",
        f"  hosts     {hosts or 'none yet'}",
        f"  proxy     Envoy, process {proxy['pid']}"
        + (", connected" if proxy["connected"] else ", not connected"),
        f"  services  {said['services']} active",
        f"  tasks     {said['tasks']['running']} running, "
        f"{said['tasks']['not_stopped'] - said['tasks']['running']} on their way",
    ]
    return "\n".join(lines)
