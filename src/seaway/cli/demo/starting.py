"""Before and after a demo: a Seaway that is up, an engine that answers, how to go on."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import click

from seaway.cli.process import ask, running
from seaway.cli.up import check_machine, start_detached
from seaway.settings import Settings, settings_from

FARE = """\
aws ecs describe-services --cluster demo --services web cats dogs \\
  --query 'services[].[serviceName,desiredCount,runningCount,status]' --output table
aws logs filter-log-events --log-group-name /ecs/cats --query 'events[-5:].message'"""


def present_url(settings: Settings) -> str | None:
    """The endpoint of the Seaway that is up, if one is."""
    present = running(settings)
    return present[1] if present else None


def checked(url: str) -> str:
    """The address of a Seaway that answers there. Raises ClickException."""
    if ask(url) is None:
        raise click.ClickException(f"No Seaway answers at {url}.")
    return url.rstrip("/")


def check_engine() -> None:
    """The demo itself needs the engine too: to build images, and to look inside tasks."""
    from seaway.cli.machine import engine_problem

    problem = engine_problem()
    if problem is not None:
        raise click.ClickException(problem)


def up(tell: Callable[[str], None], settings: Settings) -> str:
    """The endpoint of the Seaway that is up, or of one started now."""
    present = present_url(settings)
    if present is not None:
        tell(f"Seaway is up at {present}.")
        return present
    check_machine()
    start_detached(settings)
    tell(f"Started Seaway at {settings.url}. Its log: {settings.log_file}")
    return settings.url


def farewell(url: str, data_dir: Path, front_door: str | None) -> str:
    """How to look around in the Seaway that is left running, and how to stop it."""
    usual = settings_from({}).data_dir
    where = f" --data-dir {data_dir}" if data_dir != usual else ""
    path = None if shutil.which("seaway") else Path(sys.argv[0]).resolve().parent
    lines = [
        *((f"export PATH={path}:$PATH",) if path else ()),
        f'eval "$(seaway env{where})"',
        *FARE.splitlines(),
        f"seaway status{where}",
        f"seaway exec{where} --cluster demo web sh",
        *((f"curl http://{front_door}/cats/",) if front_door else ()),
    ]
    shown = "\n".join(f"    {line}" for line in lines)
    return (
        f"\nSeaway is left running at {url}. To look around:\n{shown}\n"
        f"To stop it and take everything away:\n    seaway down{where}"
    )
