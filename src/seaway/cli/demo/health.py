"""The last chapter: each service's traffic health, from CloudWatch."""

from __future__ import annotations

from seaway.cli.demo.clients import Aws
from seaway.cli.demo.stage import Stage


def show_health(aws: Aws, stage: Stage) -> None:
    raise NotImplementedError
