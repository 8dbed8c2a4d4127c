"""boto3 clients for the commands, and refusals as commands tell them."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import boto3
import click
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from seaway.cli.options import settings_for

T = TypeVar("T")


@cache
def client(service: str, url: str, region: str) -> Any:
    """A client that speaks to the Seaway at ``url``.

    Made when it is needed, and once: a client takes a tenth of a second.
    """
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id=os.environ.get("AWS_ACCESS_KEY_ID", "seaway"),
        aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY", "seaway"),
        config=Config(inject_host_prefix=False, retries={"total_max_attempts": 2}),
    )


def region_of(data_dir: Path | None) -> str:
    """The region the environment names, else the installation's own."""
    return os.environ.get("AWS_DEFAULT_REGION", settings_for(data_dir).region)


def ask(look: Callable[[], T]) -> T:
    """What ``look`` gives. Raises click.ClickException with the refusal's own text."""
    try:
        return look()
    except ClientError as refused:
        raise click.ClickException(refused.response["Error"]["Message"]) from refused
    except BotoCoreError as failed:
        raise click.ClickException(str(failed)) from failed
