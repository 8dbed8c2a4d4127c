"""`seaway demo deployments`: how a service changes, and how it turns back."""

from __future__ import annotations

from pathlib import Path

import click

from seaway.cli.options import data_dir_option, port_option, settings_for


@click.command()
@data_dir_option
@port_option
@click.option("--base-image", help="An nginx image for the services to start from.")
@click.option("--pace", type=click.FloatRange(0), default=0.0, help="Seconds between the steps.")
@click.option("--vpc-cidr", help="The demo network's addresses; the first free 10.x.0.0/16.")
def deployments(
    data_dir: Path | None,
    port: int | None,
    base_image: str | None,
    pace: float,
    vpc_cidr: str | None,
) -> None:
    """Rolling, blue/green, linear and canary, each rolled back by breaker, alarm and hand.

    Under steady requests all the time, of which none may fail. Goes on from `seaway demo`, and
    brings cats, dogs and web up first when they are not there.
    """
    settings = settings_for(data_dir, port)
    # Imported late: boto3 and rich take longer to load than the other commands to run.
    from seaway.cli.demo.clients import connect
    from seaway.cli.demo.deployments.walk import STEPS, DeploymentsWalk
    from seaway.cli.demo.mesh.walk import is_prepared
    from seaway.cli.demo.stage import Stage
    from seaway.cli.demo.starting import check_engine, farewell, up
    from seaway.cli.demo.walk import PREPARING, Walk, attempt
    from seaway.cli.screen import screen

    console = screen()
    url = up(lambda line: console.print(line, soft_wrap=True), settings)
    check_engine()
    aws = connect(url, settings.region)
    prepared = is_prepared(aws)
    stage = Stage(console, steps=STEPS + (0 if prepared else PREPARING), pace=pace)
    stage.title("Seaway demo: deployments, and their way back")
    before = Walk(aws, stage, base_image=base_image, cidr=vpc_cidr)
    walked = DeploymentsWalk(aws, stage)
    failed = attempt(stage, lambda: walked.through(None if prepared else before.prepare))
    if failed:
        stage.text(f"  Seaway's own log: {settings.log_file}")
    stage.text(farewell(url, settings.data_dir, before.front_door))
    raise SystemExit(failed)
