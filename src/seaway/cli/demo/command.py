"""`seaway demo`: cats, dogs and web through Service Connect, step by step."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import click

from seaway.cli.options import data_dir_option, port_option, settings_for
from seaway.cli.process import ask, running
from seaway.cli.up import check_machine, start_detached
from seaway.settings import Settings, settings_from

FARE = """\
aws ecs describe-services --cluster demo --services web cats dogs \\
  --query 'services[].[serviceName,desiredCount,runningCount,status]' --output table
aws logs filter-log-events --log-group-name /ecs/cats --query 'events[-5:].message'"""


class Chapters(click.Group):
    """The demo itself, and what goes on from it; loaded when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The further demos."""
        return ["mesh"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The further demo of this name."""
        if cmd_name != "mesh":
            return None
        from seaway.cli.demo.mesh.command import mesh

        return mesh


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
    again. `seaway demo mesh` goes on from there: what Service Connect does here beyond AWS.
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
        url = endpoint_url or _present(settings)
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


def _present(settings: Settings) -> str | None:
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
    present = _present(settings)
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
        *((f"curl http://{front_door}/cats/",) if front_door else ()),
    ]
    shown = "\n".join(f"    {line}" for line in lines)
    return (
        f"\nSeaway is left running at {url}. To look around:\n{shown}\n"
        f"To stop it and take everything away:\n    seaway down{where}"
    )
