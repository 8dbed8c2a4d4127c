"""`seaway demo`: cats, dogs and web through Service Connect, step by step."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from seaway.cli.demo.starting import check_engine, checked, farewell, present_url, up
from seaway.cli.options import data_dir_option, port_option, settings_for

FURTHER = {
    "mesh": "seaway.cli.demo.mesh.command",
    "deployments": "seaway.cli.demo.deployments.command",
}
"""The demos that go on from this one, and where they are."""


class Chapters(click.Group):
    """The demo itself, and what goes on from it; loaded when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The further demos."""
        return list(FURTHER)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The further demo of this name."""
        if cmd_name not in FURTHER:
            return None
        command: click.Command = getattr(import_module(FURTHER[cmd_name]), cmd_name)
        return command


@click.command(cls=Chapters, invoke_without_command=True)
@click.pass_context
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
@click.option("--vpc-cidr", help="The demo network's addresses; the first free 10.x.0.0/16.")
def demo(
    ctx: click.Context,
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
    again. `seaway demo mesh` goes on from there: what Service Connect does here beyond AWS;
    `seaway demo deployments` changes a service in every way, and back.
    """
    if ctx.invoked_subcommand is not None:
        return
    settings = settings_for(data_dir, port)
    # Imported late: boto3 and rich take longer to load than the other commands to run.
    from seaway.cli.demo.clearing import STEPS as CLEARING_STEPS
    from seaway.cli.demo.clearing import clear
    from seaway.cli.demo.clients import connect
    from seaway.cli.demo.stage import Stage
    from seaway.cli.demo.walk import STEPS, Walk, attempt
    from seaway.cli.screen import screen

    stage = Stage(screen(), steps=CLEARING_STEPS if clean else STEPS, pace=pace)
    if clean:
        url = endpoint_url or present_url(settings)
        if url is None:
            raise click.ClickException("Seaway is down, so there is nothing to take away.")
        aws = connect(url, settings.region)
        raise SystemExit(attempt(stage, lambda: clear(aws, stage)))
    stage.title("Seaway demo: cats, dogs and web through Service Connect")
    url = checked(endpoint_url) if endpoint_url else up(stage.text, settings)
    check_engine()
    aws = connect(url, settings.region)
    walked = Walk(aws, stage, base_image=base_image, cidr=vpc_cidr)
    failed = attempt(stage, walked.through)
    if failed and not endpoint_url:
        stage.text(f"  Seaway's own log: {settings.log_file}")
    if not endpoint_url:
        stage.text(farewell(url, settings.data_dir, walked.front_door))
    raise SystemExit(failed)
