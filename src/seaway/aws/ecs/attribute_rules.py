"""Attributes of container instances: shapes in, and AWS's rules for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from seaway.aws.ecs.errors import InvalidParameterException

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

MOST_CUSTOM = 10
_NAME = re.compile(r"[A-Za-z0-9_./\\-]{1,128}\Z")
_VALUE = re.compile(r"[A-Za-z0-9_.@:/\\ -]{0,128}\Z")


def parse_attributes(given: Sequence[shapes.Attribute] | None) -> dict[str, str | None]:
    """Names and values of a request (API: Attribute).

    Raises InvalidParameterException.
    """
    attributes: dict[str, str | None] = {}
    for item in given or ():
        name, value = item["name"], item.get("value")
        if not _NAME.match(name) or not _VALUE.match(value or ""):
            raise InvalidParameterException(f"Invalid attribute: {name}")
        attributes[name] = value
    return attributes


def is_custom(name: str) -> bool:
    """Whether an attribute is the owner's own, not one that ECS or the agent gives."""
    return not name.startswith(("ecs.", "com.amazonaws.ecs."))
