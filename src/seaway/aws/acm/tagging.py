"""Tags as a request gives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from seaway.aws.acm.errors import InvalidTagException, TooManyTagsException
from seaway.aws.tags import joined
from seaway.core.names import Tags

if TYPE_CHECKING:
    from seaway.aws.shapes.acm import Tag

MOST = 50
"""Tags a certificate may have (API)."""


def parse(raw: Sequence[Tag], before: Tags = ()) -> Tags:
    """The tags of before with the request's put over. Raises InvalidTag…, TooManyTagsException."""
    given = tuple((tag["Key"], tag.get("Value", "")) for tag in raw)
    for key, _ in given:
        if key.lower().startswith("aws:"):
            raise InvalidTagException(f"Tag keys cannot begin with aws: {key}")
    held = joined(before, given)
    if len(held) > MOST:
        raise TooManyTagsException(f"A certificate can have {MOST} tags.")
    return held


def render(tags: Tags) -> list[Tag]:
    """Tags as the API shows them."""
    return [{"Key": key, "Value": value} for key, value in tags]
