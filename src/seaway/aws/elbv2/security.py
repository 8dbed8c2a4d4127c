"""A load balancer's security groups."""

from __future__ import annotations

from collections.abc import Sequence

from seaway.aws.call import Call
from seaway.aws.elbv2.errors import InvalidSecurityGroupException
from seaway.store.transaction import Transaction


def security_groups_of(
    tx: Transaction, call: Call, vpc: str, wanted: Sequence[str] | None
) -> tuple[str, ...]:
    """The ids of the groups asked for. Raises InvalidSecurityGroupException."""
    groups = tuple(dict.fromkeys(wanted or ()))
    for group in groups:
        if not group.startswith("sg-"):
            raise InvalidSecurityGroupException(f"The security group '{group}' does not exist")
    return groups
