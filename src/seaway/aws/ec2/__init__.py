"""EC2 as far as tasks and their machines use it: networks, rules, addresses, instances."""

from __future__ import annotations

from functools import wraps
from typing import Any

from seaway.aws.call import Call
from seaway.aws.ec2 import (
    catalogue,
    elastic_addresses,
    gateways,
    group_rules,
    instances,
    interfaces,
    key_pairs,
    launch_templates,
    route_tables,
    security_groups,
    subnets,
    tags,
    vpcs,
    zones,
)
from seaway.aws.ec2.defaults import ensure_default_network
from seaway.aws.ec2.errors import DryRunOperation
from seaway.aws.operation import Handler, operations_in
from seaway.store.transaction import Transaction

_MODULES = (
    vpcs,
    subnets,
    security_groups,
    group_rules,
    route_tables,
    gateways,
    elastic_addresses,
    interfaces,
    zones,
    instances,
    catalogue,
    launch_templates,
    key_pairs,
    tags,
)


def operations() -> list[Handler]:
    """EC2's operations; before each, the region's default network is there."""
    return [_opened(handler) for module in _MODULES for handler in operations_in(module)]


def _opened(handler: Handler) -> Handler:
    @wraps(handler.function)
    def answer(tx: Transaction, call: Call, request: Any) -> Any:
        if request.get("DryRun"):
            raise DryRunOperation("Request would have succeeded, but DryRun flag is set.")
        ensure_default_network(tx, call.account, call.region, call.moment)
        return handler.function(tx, call, request)

    return Handler(handler.service, handler.name, answer)
