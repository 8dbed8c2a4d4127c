"""Tags: shapes in, nouns out, and AWS's rules for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from seaway.aws.ecs.errors import InvalidParameterException
from seaway.aws.tags import joined
from seaway.core.names import Tags

if TYPE_CHECKING:
    from seaway.aws.shapes.ecs import Tag


def parse_tags(given: Iterable[Tag] | None) -> Tags:
    """The tags of a request.

    Raises InvalidParameterException for reserved or repeated keys, or more than 50 tags.
    """
    tags = tuple((tag.get("key", ""), tag.get("value", "")) for tag in given or ())
    keys = [key for key, _ in tags]
    if len(keys) > 50:
        raise InvalidParameterException("Number of tags exceeds the limit of 50.")
    if len(set(keys)) != len(keys):
        raise InvalidParameterException("Tag keys must be unique.")
    for key in keys:
        if not 1 <= len(key) <= 128:
            raise InvalidParameterException("Tag keys must be 1 to 128 characters long.")
        if key.lower().startswith("aws:"):
            raise InvalidParameterException(
                "Tag keys must not start with the reserved prefix aws:."
            )
    return tags


def merged(old: Tags, new: Tags) -> Tags:
    """The old tags, with the new ones put over them.

    Raises InvalidParameterException when they become more than 50.
    """
    tags = joined(old, new)
    if len(tags) > 50:
        raise InvalidParameterException("Number of tags exceeds the limit of 50.")
    return tags


def render_tags(tags: Tags) -> list[Tag]:
    """The tags of a resource."""
    return [{"key": key, "value": value} for key, value in tags]
