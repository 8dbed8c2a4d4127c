"""`seaway demo mesh`: what Service Connect does here and does not do on AWS."""

from __future__ import annotations

from pathlib import Path

import click

from seaway.cli.demo.sequel import go_on, sequel_options
from seaway.cli.options import settings_for


@click.command()
@sequel_options
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
    from seaway.cli.demo.mesh.asking import Program
    from seaway.cli.demo.mesh.walk import CHAPTERS, MeshWalk

    seaway = Program(words=("--data-dir", str(settings.data_dir)))
    failed = go_on(
        settings,
        "Seaway demo: Service Connect, and beyond",
        CHAPTERS,
        lambda aws, stage: MeshWalk(aws, stage, seaway),
        base_image=base_image,
        pace=pace,
        cidr=vpc_cidr,
    )
    raise SystemExit(failed)
