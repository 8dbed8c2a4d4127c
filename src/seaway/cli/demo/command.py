"""`seaway demo`: cats, dogs and web through Service Connect, step by step."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import click

from seaway.cli.options import data_dir_option, port_option, settings_for
from seaway.cli.process import ask, running
from seaway.cli.up import check_machine, start_detached
from seaway.settings import DEFAULT_PORT, Settings


@click.command()
@data_dir_option
@port_option
@click.option(
    "--base-image",
    help="An nginx image for the three to start from; made from the distribution's nginx "
    "when the machine has none.",
)
@click.option("--endpoint-url", help="A Seaway that is up already, by its address.")
@click.option("--clean", is_flag=True, help="Take away what the demo made, and do nothing else.")
@click.option("--pace", type=click.FloatRange(0), default=0.0, help="Seconds between the steps.")
@click.option("--vpc-cidr", help="The demo network's addresses, when 10.75.0.0/16 is in use.")
def demo(
    data_dir: Path | None,
    port: int | None,
    base_image: str | None,
    endpoint_url: str | None,
    clean: bool,
    pace: float,
    vpc_cidr: str | None,
) -> None:
    """Walk through ECS with Service Connect: every step through the AWS APIs, for real.

    Starts Seaway when it is not up, and leaves it running. What an earlier run has made is used
    again.
    """
    settings = settings_for(data_dir, port)
    # Imported late: boto3 and rich take longer to load than the other commands to run.
    from seaway.cli.demo.clients import connect
    from seaway.cli.demo.stage import Stage, screen
    from seaway.cli.demo.walk import STEPS, attempt, clear_away, walk

    stage = Stage(screen(), steps=0 if clean else STEPS, pace=pace)
    if clean:
        url = endpoint_url or _present(settings)
        if url is None:
            raise click.ClickException("Seaway is down, so there is nothing to take away.")
        aws = connect(url, settings.region)
        raise SystemExit(attempt(stage, lambda: clear_away(aws, stage)))
    stage.title("Seaway demo: cats, dogs and web through Service Connect")
    url = _checked(endpoint_url) if endpoint_url else _up(stage.text, settings)
    aws = connect(url, settings.region)
    failed = attempt(stage, lambda: walk(aws, stage, base_image=base_image, cidr=vpc_cidr))
    if not failed:
        stage.summary()
    if not endpoint_url:
        stage.text(farewell(settings))
    raise SystemExit(failed)


def _present(settings: Settings) -> str | None:
    present = running(settings)
    return present[1] if present else None


def _checked(url: str) -> str:
    if ask(url) is None:
        raise click.ClickException(f"No Seaway answers at {url}.")
    return url.rstrip("/")


def _up(tell: click.utils.LazyFile | object, settings: Settings) -> str:
    """The endpoint of the running Seaway, or of one started now."""
    raise NotImplementedError
