"""What the demos share that go on from cats, dogs and web."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import click

from seaway.cli.options import F, data_dir_option, port_option
from seaway.settings import Settings

if TYPE_CHECKING:
    from seaway.cli.demo.clients import Aws
    from seaway.cli.demo.stage import Stage


class Sequel(Protocol):
    """What such a demo shows."""

    def through(self, prepare: Callable[[], None] | None) -> None:
        """All steps; ``prepare`` brings cats, dogs and web up first."""
        ...


def sequel_options(command: F) -> F:
    """--data-dir, --port, --base-image, --pace, --vpc-cidr."""
    for option in (
        click.option(
            "--vpc-cidr", help="The demo network's addresses; the first free 10.x.0.0/16."
        ),
        click.option(
            "--pace", type=click.FloatRange(0), default=0.0, help="Seconds between the steps."
        ),
        click.option("--base-image", help="An nginx image for the services to start from."),
        port_option,
        data_dir_option,
    ):
        command = option(command)
    return command


def go_on(
    settings: Settings,
    title: str,
    steps: int,
    walk: Callable[[Aws, Stage], Sequel],
    *,
    base_image: str | None,
    pace: float,
    cidr: str | None,
) -> int:
    """Bring up what is not there yet, then walk on; the exit code. Seaway is left running."""
    # Imported late: boto3 and rich take longer to load than the other commands to run.
    from seaway.cli.demo.clients import connect
    from seaway.cli.demo.stage import Stage
    from seaway.cli.demo.starting import check_engine, farewell, up
    from seaway.cli.demo.walk import PREPARING, Walk, attempt
    from seaway.cli.screen import screen

    console = screen()
    url = up(lambda line: console.print(line, soft_wrap=True), settings)
    check_engine()
    aws = connect(url, settings.region)
    prepared = is_prepared(aws)
    stage = Stage(console, steps=steps + (0 if prepared else PREPARING), pace=pace)
    stage.title(title)
    before = Walk(aws, stage, base_image=base_image, cidr=cidr)
    walked = walk(aws, stage)
    failed = attempt(stage, lambda: walked.through(None if prepared else before.prepare))
    if failed:
        stage.text(f"  Seaway's own log: {settings.log_file}")
    stage.text(farewell(url, settings.data_dir, before.front_door))
    return failed


def is_prepared(aws: Aws) -> bool:
    """Whether the first demo's services are there, steady and in Service Connect."""
    from seaway.cli.demo.connect import is_connected
    from seaway.cli.demo.names import CLUSTER, PARTS
    from seaway.cli.demo.services import is_steady, living

    clusters = aws.ecs.describe_clusters(clusters=[CLUSTER])["clusters"]
    if not any(cluster["status"] == "ACTIVE" for cluster in clusters):
        return False
    there = living(aws)
    return all(
        part.name in there and is_steady(there[part.name]) and is_connected(there[part.name])
        for part in PARTS
    )
