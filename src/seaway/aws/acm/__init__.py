"""AWS Certificate Manager: certificates of Seaway's own authority, and imported ones."""

from __future__ import annotations

from seaway.aws.acm import certificates, listing, options, tags
from seaway.aws.operation import Handler, operations_in


def operations() -> list[Handler]:
    """The AWS Certificate Manager operations answered here."""
    modules = (certificates, listing, options, tags)
    return [handler for module in modules for handler in operations_in(module)]
