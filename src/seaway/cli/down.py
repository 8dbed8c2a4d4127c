"""`seaway down`: stop everything and leave nothing behind."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from pathlib import Path

import click

from seaway.cli.options import data_dir_option, settings_for
from seaway.cli.process import running, wait_until
from seaway.settings import Settings

STOP_SECONDS = 20.0


@click.command()
@data_dir_option
@click.option("--keep", is_flag=True, help="Keep the data: resources, images, logs and metrics.")
def down(data_dir: Path | None, keep: bool) -> None:
    """Stop the control plane, the host proxy and every container; remove networks and names."""
    settings = settings_for(data_dir)
    if os.geteuid() != 0:
        raise click.ClickException("Stopping Seaway needs root: run it with sudo.")
    _stop_control_plane(settings)
    try:
        # Imported late: it is half a second's worth.
        from seaway.machine import clear_machine

        asyncio.run(clear_machine(settings))
    except Exception as error:
        raise click.ClickException(
            f"Not everything could be taken away: {error}. Is the Docker Engine running?"
        ) from error
    if keep:
        click.echo(f"Seaway is down. Its data is kept in {settings.data_dir}.")
        return
    if settings.data_dir.exists():
        _remove_data(settings)
    click.echo("Seaway is down and nothing of it is left.")


def _stop_control_plane(settings: Settings) -> None:
    present = running(settings)
    if present is None:
        return
    pid, _ = present
    os.kill(pid, signal.SIGTERM)
    if not wait_until(lambda: running(settings) is None, STOP_SECONDS):
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: running(settings) is None, STOP_SECONDS)


def _remove_data(settings: Settings) -> None:
    """Only what is Seaway's: the directory may be one that somebody else uses too."""
    for path in (
        settings.proxy_dir,
        settings.registry_dir,
        settings.agent_dir,
        settings.dns_dir,
        settings.objects_dir,
    ):
        shutil.rmtree(path, ignore_errors=True)
    for file in (settings.database, settings.series):
        for suffix in ("", "-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
    for file in (settings.pid_file, settings.log_file):
        file.unlink(missing_ok=True)
    if not any(settings.data_dir.iterdir()):
        settings.data_dir.rmdir()
