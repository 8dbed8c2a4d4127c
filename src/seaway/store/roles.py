"""Roles as tasks and services name them."""

from __future__ import annotations

from seaway.core.identity import Role
from seaway.core.names import last_part
from seaway.store.transaction import Transaction


def role_called(tx: Transaction, name: str, account: str) -> Role | None:
    """The role of this ARN, or of this short name in the account."""
    if name.startswith("arn:"):
        return tx.find(Role, name)
    named = tx.where(Role, name=last_part(name))
    return next((role for role in named if role.account == account), None)
