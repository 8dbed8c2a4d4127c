"""`seaway up`: start everything on this machine."""

from __future__ import annotations

import gc
import logging
import os
import subprocess
import sys
from pathlib import Path

import click

from seaway.cli.options import data_dir_option, port_option, settings_for
from seaway.cli.process import Claim, ask, running, wait_until
from seaway.settings import Settings

START_SECONDS = 30.0


@click.command()
@data_dir_option
@port_option
@click.option(
    "--gateway",
    metavar="ADDRESS:PORT",
    help="Take HTTP calls to every endpoint here, by the name in Host (SEAWAY_GATEWAY; none).",
)
@click.option(
    "--lambda-endpoint",
    metavar="URL",
    help="Call functions that are not here at this Lambda (SEAWAY_LAMBDA_ENDPOINT; none).",
)
@click.option("--detach", "-d", is_flag=True, help="Start in the background and come back.")
def up(
    data_dir: Path | None,
    port: int | None,
    gateway: str | None,
    lambda_endpoint: str | None,
    detach: bool,
) -> None:
    """Start the API, the controllers, the registry, the host proxy and the agent."""
    settings = settings_for(data_dir, port, gateway, lambda_endpoint)
    check_machine()
    present = running(settings)
    if present is not None:
        pid, url = present
        if detach and (port is None or url == settings.url) and ask(url) is not None:
            click.echo(f"Seaway is already up at {url} (process {pid}).")
            return
        raise click.ClickException(
            f"Seaway already runs on {settings.data_dir} (process {pid}, {url}): "
            "stop it with 'seaway down', or choose another --data-dir."
        )
    if detach:
        start_detached(settings)
        click.echo(f"Seaway is up at {settings.url}. Its log: {settings.log_file}")
        return
    _serve(settings)


def check_machine() -> None:
    """Root and a Docker Engine; what is missing ends the command with one sentence."""
    if os.geteuid() != 0:
        raise click.ClickException(
            "Seaway needs root, because its proxy listens inside the tasks' network "
            "namespaces: run it with sudo."
        )
    # Imported late: 'seaway env' has no use for the engine's client.
    from seaway.cli.machine import engine_problem

    problem = engine_problem()
    if problem is not None:
        raise click.ClickException(problem)


def start_detached(settings: Settings) -> None:
    """Start the control plane as a process of its own and wait until it answers."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(settings, error) from error
    command = [
        sys.executable, "-m", "seaway.cli", "up",
        "--data-dir", str(settings.data_dir), "--port", str(settings.port),
    ]  # fmt: skip
    if settings.gateway is not None:
        command += ["--gateway", "{}:{}".format(*settings.gateway)]
    if settings.lambda_endpoint is not None:
        command += ["--lambda-endpoint", settings.lambda_endpoint]
    with settings.log_file.open("ab") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def answers() -> bool:
        said = ask(settings.url)
        return said is not None and said["pid"] == process.pid

    wait_until(lambda: process.poll() is not None or answers(), START_SECONDS)
    if answers():
        return
    lines = settings.log_file.read_text(errors="replace").splitlines()
    last = lines[-1].removeprefix("Error: ") if lines else "it said nothing"
    raise click.ClickException(f"Seaway did not start: {last} (log: {settings.log_file})")


def _unusable(settings: Settings, error: OSError) -> click.ClickException:
    return click.ClickException(
        f"The data directory {settings.data_dir} can't be used: {error.strerror}."
    )


def _serve(settings: Settings) -> None:
    claim = Claim(settings.pid_file)
    try:
        if not claim.take(settings):
            raise click.ClickException(f"Seaway already runs on {settings.data_dir}.")
    except OSError as error:
        raise _unusable(settings, error) from error
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # The engine tries TLS first with every push and pull, which uvicorn finds worth a warning.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    # What is loaded here stays for good; the collector need not go through it again and again.
    gc.disable()
    import uvloop

    from seaway.app import Seaway

    gc.freeze()
    gc.set_threshold(10_000, 250, 1000)
    gc.enable()

    def ready() -> None:
        click.echo(f"Seaway answers at {settings.url} (data in {settings.data_dir}).")

    try:
        uvloop.run(Seaway(settings).run(ready))
    except Exception as problem:
        known = _known(problem)
        if known is None:
            raise
        raise click.ClickException(str(known)) from None
    click.echo(
        "The control plane has stopped. Containers and the host proxy go on; "
        "'seaway up' takes them over, 'seaway down' takes them away."
    )


def _known(problem: BaseException) -> BaseException | None:
    """What of it can be said in one sentence: a trouble of the world, not a mistake of ours."""
    from seaway.agent.engine import EngineError
    from seaway.agent.proxy import ProxyUnavailable
    from seaway.listening import PortTaken
    from seaway.store.sqlite import StoreError

    if isinstance(problem, BaseExceptionGroup):
        found = (_known(inner) for inner in problem.exceptions)
        return next((known for known in found if known is not None), None)
    sentences = PortTaken | StoreError | ProxyUnavailable | EngineError
    return problem if isinstance(problem, sentences) else None
