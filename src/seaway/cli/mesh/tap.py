"""`seaway mesh tap`: requests between services as they pass."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from seaway.cli.options import data_dir_option
from seaway.cli.question import endpoint, follow
from seaway.cli.screen import screen

_STYLES = {"2": "green", "3": "cyan", "4": "yellow", "5": "red"}

_FLAGS = {
    "UF": "no connection to the target",
    "UH": "no healthy endpoint",
    "UO": "over a limit",
    "UT": "target timed out",
    "UC": "target closed the connection",
    "UR": "target reset the request",
    "URX": "no retry left",
    "RL": "rate limit",
    "FI": "fault on purpose",
    "DI": "delayed on purpose",
    "DC": "caller went away",
    "SI": "idle for too long",
    "NC": "no upstream",
    "NR": "no route",
    "UPE": "target speaks another protocol",
    "LR": "reset by the proxy",
}


@click.command()
@click.option("--caller", help="Only what this service calls (web, pets/web).")
@click.option("--target", help="Only calls to this name or service.")
@click.option("--status", help="Only these answers: 503, 5xx.")
@click.option("--path", help="Only paths that begin so, or match: /api*.")
@click.option("--method", help="Only this method.")
@click.option("--count", type=click.IntRange(1), help="End after so many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@data_dir_option
def tap(data_dir: Path | None, as_json: bool, count: int | None, **only: str | None) -> None:
    """Show requests between services as they pass; Ctrl-C ends it.

    The proxies write requests down only while somebody looks.
    """
    console = screen()
    requests = follow(endpoint(data_dir), "tap", **only)
    if console.is_terminal and not as_json:
        console.print("Requests as they pass; Ctrl-C ends it.", style="dim")
    shown = 0
    try:
        for request in islice(requests, count):
            shown += 1
            if as_json:
                click.echo(json.dumps(request))
            else:
                console.print(line(request), soft_wrap=True)
    except KeyboardInterrupt:
        return
    if shown != count:
        raise click.ClickException("Seaway has ended, and the tap with it: seaway status")


def line(request: dict[str, Any]) -> Text:
    """One request: when, who, whom, what, what came of it, by whom, how long it took."""
    target = request["target"]
    if request["target_service"] not in ("", target):
        target = f"{target} ({request['target_service']})"
    said = Text(f"{request['at'][11:23]} ", "dim")
    said.append(f"{request['caller']} → {target}  ", "bold")
    if request["status"] is None or not request["method"]:
        said.append(f"{request['protocol'] or 'TCP'} {request['received']} B in, ")
        said.append(f"{request['sent']} B out")
    else:
        said.append(f"{request['method']} {request['path']}  ")
        said.append(str(request["status"]), _STYLES.get(str(request["status"])[0], ""))
    said.append(f"  {request['milliseconds']} ms")
    if request["upstream"]:
        said.append(f"  {request['upstream']}", "dim")
    if request["attempts"] > 1:
        said.append(f"  {request['attempts']} tries", "yellow")
    if words := why(request["flags"]):
        said.append(f"  {words}", "red")
    return said


def why(flags: str) -> str:
    """Envoy's response flags in words."""
    named = [flag for flag in flags.split(",") if flag]
    return ", ".join(f"{_FLAGS[flag]} ({flag})" if flag in _FLAGS else flag for flag in named)
