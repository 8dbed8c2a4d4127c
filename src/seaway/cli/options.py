"""What several commands share: their options, and how they say that something is wrong."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from seaway.settings import Settings, SettingsError, settings_from

F = TypeVar("F", bound=Callable[..., Any])


def data_dir_option(command: F) -> F:
    """--data-dir."""
    return click.option(
        "--data-dir",
        type=click.Path(file_okay=False, path_type=Path),
        help="Where Seaway keeps what it must remember (SEAWAY_DATA_DIR; /var/lib/seaway).",
    )(command)


def port_option(command: F) -> F:
    """--port."""
    return click.option(
        "--port", type=click.IntRange(1, 65535), help="The API's port (SEAWAY_PORT; 4566)."
    )(command)


def settings_for(
    data_dir: Path | None,
    port: int | None = None,
    gateway: str | None = None,
    lambda_endpoint: str | None = None,
) -> Settings:
    """The settings of this call; a wrong one ends the command with one sentence."""
    try:
        return settings_from(
            os.environ,
            data_dir=data_dir,
            port=port,
            gateway=gateway,
            lambda_endpoint=lambda_endpoint,
        )
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
