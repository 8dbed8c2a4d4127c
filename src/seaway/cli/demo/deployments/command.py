"""`seaway demo deployments`: how a service changes, and how it turns back."""

from __future__ import annotations

from pathlib import Path

import click

from seaway.cli.demo.sequel import go_on, sequel_options
from seaway.cli.options import settings_for


@click.command()
@sequel_options
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
    # Imported late: boto3 and rich take longer to load than the other commands to run.
    from seaway.cli.demo.deployments.walk import STEPS, DeploymentsWalk

    failed = go_on(
        settings_for(data_dir, port),
        "Seaway demo: deployments, and their way back",
        STEPS,
        DeploymentsWalk,
        base_image=base_image,
        pace=pace,
        cidr=vpc_cidr,
    )
    raise SystemExit(failed)
