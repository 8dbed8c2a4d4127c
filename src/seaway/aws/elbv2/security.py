"""A load balancer's security groups: kept and shown, not enforced."""

from __future__ import annotations

from collections.abc import Sequence

from seaway.aws.call import Call
from seaway.aws.elbv2.errors import (
    InvalidConfigurationRequestException,
    InvalidSecurityGroupException,
)
from seaway.core.routing import SecurityGroup
from seaway.store.transaction import Transaction


def security_groups_of(
    tx: Transaction, call: Call, vpc: str, wanted: Sequence[str] | None
) -> tuple[str, ...]:
    """The ids of the groups asked for, or of the VPC's default group when none are.

    Raises InvalidSecurityGroupException, InvalidConfigurationRequestException.
    """
    if not wanted:
        return tuple(
            group.id for group in tx.where(SecurityGroup, vpc=vpc) if group.name == "default"
        )
    for name in wanted:
        group = tx.find(SecurityGroup, name)
        if group is None or (group.owner, group.region) != (call.account, call.region):
            raise InvalidSecurityGroupException(f"The security group '{name}' does not exist")
        if group.vpc != vpc:
            raise InvalidConfigurationRequestException(
                f"The security group '{name}' is not in the load balancer's VPC '{vpc}'"
            )
    return tuple(dict.fromkeys(wanted))
