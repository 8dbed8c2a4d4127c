"""Tags as a request gives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from seaway.aws.elbv2 import limits
from seaway.aws.elbv2.errors import (
    DuplicateTagKeysException,
    TooManyTagsException,
    ValidationError,
)
from seaway.core.names import Tags

if TYPE_CHECKING:
    from seaway.aws.shapes.elbv2 import Tag


def parse(raw: Sequence[Tag]) -> Tags:
    """The tags of a request. Raises DuplicateTagKeysException, ValidationError, TooManyTags…"""
    tags = tuple((tag["Key"], tag.get("Value", "")) for tag in raw)
    keys = [key for key, _ in tags]
    for key in keys:
        if keys.count(key) > 1:
            raise DuplicateTagKeysException(f"Tag key was specified more than once: {key}")
        if key.lower().startswith("aws:"):
            raise ValidationError(f"Tag keys cannot begin with 'aws:': '{key}'")
    return checked(tags)


def checked(tags: Tags) -> Tags:
    """The tags, when a resource may have so many."""
    if len(tags) > limits.TAGS_PER_RESOURCE:
        raise TooManyTagsException(f"A resource can only have '{limits.TAGS_PER_RESOURCE}' tags")
    return tags


def render(tags: Tags) -> list[Tag]:
    """Tags as DescribeTags shows them."""
    return [{"Key": key, "Value": value} for key, value in tags]
