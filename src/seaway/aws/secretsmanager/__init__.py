"""Secrets Manager: secrets with versions and stages. Nothing is rotated or replicated here."""

from __future__ import annotations

from seaway.aws.operation import Handler, operations_in
from seaway.aws.secretsmanager import deleting, listing, policies, secrets, tags, values, versions


def operations() -> list[Handler]:
    """The Secrets Manager operations answered here."""
    modules = (secrets, values, versions, deleting, listing, policies, tags)
    return [handler for module in modules for handler in operations_in(module)]
