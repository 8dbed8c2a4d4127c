"""`seaway mesh policy`: what holds for calls from one service to another, and who says so."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from seaway.cli.mesh.resources import Offered, Resources, mesh_options
from seaway.cli.screen import screen
from seaway.core.mesh.intentions import MACHINE
from seaway.core.mesh.policy import (
    DEFAULT,
    Identity,
    Said,
    Verdict,
    may_call,
    policy_of,
    settings_in_force,
)
from seaway.core.names import last_part


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """What holds for one caller's calls to one endpoint."""

    caller: str
    target: str
    protocol: str
    settings: tuple[Said, ...]
    verdict: Verdict
    wrong: tuple[Said, ...]


@click.command()
@click.argument("caller")
@click.argument("target")
@mesh_options
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def policy(
    caller: str, target: str, cluster: str | None, data_dir: Path | None, as_json: bool
) -> None:
    """Show what holds for CALLER's calls to TARGET: every setting, and who says so.

    CALLER is a service (web, or pets/web with its cluster), family:jobs for tasks that were run,
    or machine. TARGET is a discovery name or a service.
    """
    resources = Resources(data_dir, cluster)
    own = None if _untagged(caller) else resources.service(caller)
    offered = _within_reach(resources, own, resources.offered(target))
    found = [_effective(resources, caller, own, one) for one in offered]
    if as_json:
        click.echo(json.dumps([_plain(one) for one in found], indent=2))
        return
    for one in found:
        _show(one, screen())


def _within_reach(
    resources: Resources, own: dict[str, Any] | None, offered: list[Offered]
) -> list[Offered]:
    """Of several namespaces' endpoints those of the caller's, if it has one."""
    namespace = resources.namespace_of(own) if own else ""
    return [one for one in offered if one.namespace == namespace] or offered


def _effective(
    resources: Resources, caller: str, own: dict[str, Any] | None, offered: Offered
) -> Effective:
    layers = resources.layers(offered, own)
    settled = policy_of(layers)
    http = resources.speaks_http(offered)
    return Effective(
        caller=caller,
        target=offered.name,
        protocol="HTTP" if http else "TCP",
        settings=settings_in_force(settled, http=http),
        verdict=may_call(_identity(caller, own, offered), layers),
        wrong=settled.wrong,
    )


def _untagged(caller: str) -> bool:
    return caller == MACHINE or last_part(caller).startswith("family:")


def _identity(caller: str, service: dict[str, Any] | None, offered: Offered) -> Identity:
    if service is not None:
        cluster = last_part(service["clusterArn"])
        return Identity(cluster=cluster, name=str(service["serviceName"]))
    if caller == MACHINE:
        return Identity(cluster="", name=MACHINE)
    cluster, slash, name = caller.rpartition("/")
    where = cluster if slash else last_part(offered.service["clusterArn"])
    return Identity(cluster=where, name=name)


def _plain(one: Effective) -> dict[str, Any]:
    return {
        "caller": one.caller,
        "target": one.target,
        "protocol": one.protocol,
        "settings": [_row(said) for said in one.settings],
        "mayCall": {
            "allowed": one.verdict.allowed,
            "rule": one.verdict.rule,
            "from": one.verdict.source,
        },
        "wrong": [_row(said) | {"why": said.why} for said in one.wrong],
    }


def _row(said: Said) -> dict[str, str]:
    return {"setting": said.name, "value": said.value, "from": said.source}


def _show(one: Effective, console: Console) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("setting", no_wrap=True)
    table.add_column("value")
    table.add_column("from")
    for said in one.settings:
        style = "dim" if said.source == DEFAULT else ""
        table.add_row(said.name, Text(said.value), Text(said.source), style=style)
    verdict = one.verdict
    may, style = ("yes", "") if verdict.allowed else ("no", "bold red")
    rule = Text(f"{may} ({verdict.rule})", style)
    table.add_row("may call", rule, Text(verdict.source))
    console.print(Text(f"{one.caller} to {one.target} ({one.protocol})", "bold"))
    console.print(table)
    for line in _wrong(one.wrong):
        console.print(Text(line, "yellow"), soft_wrap=True)


def _wrong(wrong: Iterable[Said]) -> Iterable[str]:
    for said in wrong:
        yield f"No effect: {said.name}={said.value} ({said.source}). {said.why}"
