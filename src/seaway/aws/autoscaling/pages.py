"""Pages of Auto Scaling's lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from seaway.aws.autoscaling.errors import InvalidNextToken
from seaway.aws.paging import BadToken, page

N = TypeVar("N")


def paged(
    items: Sequence[N], request: Mapping[str, Any], scope: str
) -> tuple[Sequence[N], str | None]:
    """One page, of 50 unless MaxRecords says otherwise."""
    try:
        return page(items, request.get("NextToken"), request.get("MaxRecords") or 50, scope)
    except BadToken as error:
        raise InvalidNextToken("The token is not valid.") from error
