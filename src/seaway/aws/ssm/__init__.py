"""Systems Manager's Parameter Store: parameters with versions and labels."""

from __future__ import annotations

from seaway.aws.operation import Handler, operations_in
from seaway.aws.ssm import describing, labels, parameters, reading, tags


def operations() -> list[Handler]:
    """The Systems Manager operations answered here."""
    modules = (parameters, reading, describing, labels, tags)
    return [handler for module in modules for handler in operations_in(module)]
