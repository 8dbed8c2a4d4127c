"""`seaway mesh top`: who calls whom, how often, how well, how fast; live."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click
from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from seaway.cli.options import data_dir_option
from seaway.cli.question import endpoint, look
from seaway.cli.screen import screen

EVERY_SECONDS = 1.0
_BAD_PERCENT = 1.0


@click.command()
@click.option("--once", is_flag=True, help="Show it once and end.")
@click.option("--json", "as_json", is_flag=True, help="For programs; shows it once.")
@click.option("--minute", is_flag=True, help="Rates of the last minute, not of ten seconds.")
@click.option("--all", "idle", is_flag=True, help="Those too that have not called for a minute.")
@data_dir_option
def top(once: bool, as_json: bool, minute: bool, idle: bool, data_dir: Path | None) -> None:
    """Show the traffic between services: requests, errors, latency, connections, bytes.

    ERRORS are answers of class 5xx that callers got, the proxy's own among them.
    """
    url = endpoint(data_dir)
    told = look(url, "top")
    if as_json:
        click.echo(json.dumps(told))
        return
    window = "last_60s" if minute else "last_10s"
    console = screen()
    if once or not console.is_terminal:
        console.print(view(told, window, idle=idle))
        return
    with Live(view(told, window, idle=idle), console=console, screen=True) as live:
        try:
            while True:
                time.sleep(EVERY_SECONDS)
                live.update(view(look(url, "top"), window, idle=idle))
        except KeyboardInterrupt:
            pass


def view(told: dict[str, Any], window: str, *, idle: bool = False) -> Group | Text:
    """The edges as a table, ``idle`` ones too if asked; a sentence when there is none."""
    edges = [edge for edge in told["edges"] if idle or _is_busy(edge)]
    if not edges:
        return Text(
            "No service has called another one in the last minute; the proxies report every "
            "five seconds."
        )
    seconds = edges[0][window]["seconds"]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("caller")
    table.add_column("target")
    for heading in ("req/s", "errors", "retries/s", "p50", "p90", "p99", "conns", "bytes/s"):
        table.add_column(heading, justify="right")
    table.add_column("targets", justify="right")
    for edge in edges:
        table.add_row(*_cells(edge, edge[window]))
    return Group(Text(f"Rates of the last {seconds:.0f} seconds", "dim"), table)


def _is_busy(edge: dict[str, Any]) -> bool:
    flow = edge["last_60s"]
    moved = ("requests", "denied", "connections", "sent", "received")
    return bool(edge["connections"]) or any(flow[name] for name in moved)


def _cells(edge: dict[str, Any], flow: dict[str, Any]) -> list[str | Text]:
    labels = edge["labels"]
    is_tcp = labels.get("protocol") == "tcp"
    latency = [_milliseconds(v) for v in flow["latency"]] or ["–", "–", "–"]
    requests = "–" if is_tcp else _rate(flow["requests"])
    return [
        _caller(labels),
        _target(labels),
        Text(requests, "" if flow["requests"] or is_tcp else "dim"),
        _errors(flow),
        _rate(flow["retries"]) if flow["retries"] else "–",
        *latency,
        str(edge["connections"]),
        _bytes(flow["sent"] + flow["received"]),
        _targets(edge),
    ]


def _caller(labels: dict[str, str]) -> str:
    return labels.get("service") or labels.get("load_balancer", "").split("/")[1]


def _target(labels: dict[str, str]) -> str:
    if "target_group" in labels:
        return labels["target_group"].split("/")[1]
    name, service = labels["discovery_name"], labels.get("target_service", "")
    told = name if service in ("", name) else f"{name} ({service})"
    return f"{told} …{labels['revision'][-6:]}" if "revision" in labels else told


def _errors(flow: dict[str, Any]) -> Text:
    if flow["denied"]:
        return Text(f"{_rate(flow['denied'])}/s denied", "red")
    if flow["failed_connections"] and not flow["requests"]:
        return Text(f"{_rate(flow['failed_connections'])}/s failed", "red")
    if not flow["errors"]:
        return Text("–", "dim")
    percent = 100 * flow["errors"] / flow["requests"]
    return Text(f"{percent:.1f} %", "red" if percent >= _BAD_PERCENT else "yellow")


def _targets(edge: dict[str, Any]) -> Text:
    healthy, targets = edge["healthy"], edge["targets"]
    if healthy == targets:
        return Text(str(targets), "" if targets else "red")
    return Text(f"{healthy}/{targets}", "yellow")


def _rate(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def _milliseconds(value: float) -> str:
    return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms"


def _bytes(value: float) -> str:
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"
