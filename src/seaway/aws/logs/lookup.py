"""Finds the group and stream a request names, and turns its lists into pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from seaway.aws.call import Call
from seaway.aws.logs.errors import InvalidParameterException, no_group, no_stream
from seaway.aws.paging import BadToken, page
from seaway.core.logs import LogGroup, log_group_arn
from seaway.store.series import LogStreamInfo
from seaway.store.transaction import Transaction

T = TypeVar("T")


def arn_of(call: Call, name: str) -> str:
    """The ARN of the caller's group of this name."""
    return log_group_arn(call.place, name)


def groups_here(tx: Transaction, call: Call) -> list[LogGroup]:
    """The caller's groups by name."""
    mine = arn_of(call, "")
    found = [g for g in tx.where(LogGroup, region=call.region) if g.arn.startswith(mine)]
    return sorted(found, key=lambda group: group.name)


def group_named(tx: Transaction, call: Call, name: str) -> LogGroup:
    """The caller's group of this name. Raises ResourceNotFoundException."""
    found = tx.find(LogGroup, arn_of(call, name))
    if found is None:
        raise no_group()
    return found


def group_of(tx: Transaction, call: Call, request: Any) -> LogGroup:
    """The group a request names by logGroupName or logGroupIdentifier (a name or an ARN).

    Raises InvalidParameterException, ResourceNotFoundException.
    """
    name, identifier = request.get("logGroupName"), request.get("logGroupIdentifier")
    if name is not None and identifier is not None:
        raise InvalidParameterException(
            "logGroupName and logGroupIdentifier can't both be specified."
        )
    wanted = name if name is not None else identifier
    if wanted is None:
        raise InvalidParameterException(
            "Either logGroupName or logGroupIdentifier must be specified."
        )
    if wanted.startswith("arn:"):
        return group_by_arn(tx, wanted)
    return group_named(tx, call, wanted)


def group_by_arn(tx: Transaction, arn: str) -> LogGroup:
    """The group of an ARN. Raises ResourceNotFoundException."""
    found = tx.find(LogGroup, arn)
    if found is None:
        raise no_group()
    return found


def stream_of(tx: Transaction, group: LogGroup, name: str) -> LogStreamInfo:
    """The group's stream of this name. Raises ResourceNotFoundException."""
    found = tx.series.stream(group.arn, name)
    if found is None:
        raise no_stream()
    return found


def paged(
    items: Sequence[T], token: str | None, limit: int, scope: str
) -> tuple[list[T], str | None]:
    """A page of a list. Raises InvalidParameterException for a strange token."""
    try:
        found, following = page(items, token, limit, scope)
    except BadToken as error:
        raise bad_token() from error
    return list(found), following


def bad_token() -> InvalidParameterException:
    """AWS's sentence for a token it did not give."""
    return InvalidParameterException("The specified nextToken is invalid.")
