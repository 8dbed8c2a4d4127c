"""`seaway demo mesh`: what Service Connect does here and does not do on AWS."""

from __future__ import annotations

from pathlib import Path

import click

from seaway.cli.options import data_dir_option, port_option, settings_for


@click.command()
@data_dir_option
@port_option
@click.option("--base-image", help="An nginx image for the three services to start from.")
@click.option("--pace", type=click.FloatRange(0), default=0.0, help="Seconds between the steps.")
@click.option("--vpc-cidr", help="The demo network's addresses; the first free 10.x.0.0/16.")
def mesh(
    data_dir: Path | None,
    port: int | None,
    base_image: str | None,
    pace: float,
    vpc_cidr: str | None,
) -> None:
    """Live names, callers of every kind, policies, intentions, tracing, tap and explain.

    Goes on from `seaway demo`, and brings cats, dogs and web up first when they are not there.
    """
    settings = settings_for(data_dir, port)
    # Imported late: boto3 and rich take longer to load than the other commands to run.
    from seaway.cli.demo.clients import connect
    from seaway.cli.demo.mesh.asking import Program
    from seaway.cli.demo.mesh.walk import CHAPTERS, MeshWalk, is_prepared
    from seaway.cli.demo.stage import Stage
    from seaway.cli.demo.starting import check_engine, farewell, up
    from seaway.cli.demo.walk import PREPARING, Walk, attempt
    from seaway.cli.screen import screen

    console = screen()
    url = up(lambda line: console.print(line, soft_wrap=True), settings)
    check_engine()
    aws = connect(url, settings.region)
    prepared = is_prepared(aws)
    stage = Stage(console, steps=CHAPTERS + (0 if prepared else PREPARING), pace=pace)
    stage.title("Seaway demo: Service Connect, and beyond")
    before = Walk(aws, stage, base_image=base_image, cidr=vpc_cidr)
    seaway = Program(words=("--data-dir", str(settings.data_dir)))
    walked = MeshWalk(aws, stage, seaway)
    failed = attempt(stage, lambda: walked.through(None if prepared else before.prepare))
    if failed:
        stage.text(f"  Seaway's own log: {settings.log_file}")
    stage.text(farewell(url, settings.data_dir, before.front_door))
    raise SystemExit(failed)
