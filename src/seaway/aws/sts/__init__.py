"""STS: who one is, and credentials to be somebody else."""

from __future__ import annotations

from seaway.aws.operation import Handler, operations_in
from seaway.aws.sts import sessions


def operations() -> list[Handler]:
    """STS's operations."""
    return operations_in(sessions)
