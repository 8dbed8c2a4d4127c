"""CloudFormation: stacks of the resources that Seaway has."""

from __future__ import annotations

from seaway.aws.cloudformation import change_sets, descriptions, stacks, templates
from seaway.aws.operation import Handler, operations_in


def operations() -> list[Handler]:
    """CloudFormation's operations."""
    return [
        handler
        for module in (stacks, descriptions, change_sets, templates)
        for handler in operations_in(module)
    ]
