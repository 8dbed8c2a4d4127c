"""`seaway env`: the exports that point AWS clients at Seaway."""

from __future__ import annotations

from pathlib import Path

import click

from seaway.cli.options import data_dir_option, port_option, settings_for
from seaway.cli.process import running


@click.command()
@data_dir_option
@port_option
def env(data_dir: Path | None, port: int | None) -> None:
    """Print exports for the shell: eval "$(seaway env)"."""
    settings = settings_for(data_dir, port)
    present = running(settings) if port is None else None
    url = present[1] if present else settings.url
    for name, value in exports(url, settings.region).items():
        click.echo(f"export {name}={value}")


def exports(url: str, region: str) -> dict[str, str]:
    """The environment in which boto3, the aws CLI, CDK and Terraform speak to Seaway.

    Cloud Map's DiscoverInstances and Logs' live tail put a prefix before the host name, which
    a loopback address can't have; hence the last one.
    """
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "seaway",
        "AWS_SECRET_ACCESS_KEY": "seaway",
        "AWS_DEFAULT_REGION": region,
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
    }
