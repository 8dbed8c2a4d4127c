"""EC2's filters and pages, the same for every Describe operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, TypeVar

from seaway.aws.ec2.errors import InvalidNextToken, InvalidParameterValue
from seaway.aws.paging import BadToken, page
from seaway.core.names import Tags

if TYPE_CHECKING:
    from seaway.aws.shapes import ec2 as shapes

N = TypeVar("N")

Facts = Mapping[str, object]
"""Filter name → what the resource has there: a text, a truth, None or several texts."""


def chosen(
    nouns: Iterable[N],
    filters: Sequence[shapes.Filter] | None,
    facts: Callable[[N], Facts],
    known: Sequence[str] = (),
) -> list[N]:
    """The nouns that pass every filter; values are alternatives, ``*`` and ``?`` are wild.

    ``tag:Key``, ``tag-key`` and ``tag-value`` come from the noun's ``tags``. A filter the
    resource does not have is refused as EC2 refuses it; ``known`` names those that nothing
    of ours can match.
    """
    wanted = [(item.get("Name", ""), item.get("Values", [])) for item in filters or ()]
    if not wanted:
        return list(nouns)
    return [noun for noun in nouns if _passes(facts(noun), _tags(noun), wanted, known)]


def _tags(noun: object) -> Tags:
    tags: Tags = getattr(noun, "tags", ())
    return tags


def _passes(
    facts: Facts, tags: Tags, wanted: Iterable[tuple[str, Sequence[str]]], known: Sequence[str]
) -> bool:
    for name, values in wanted:
        have = _have(name, facts, tags, known)
        if not any(fnmatchcase(one, _pattern(value)) for one in have for value in values):
            return False
    return True


def _have(name: str, facts: Facts, tags: Tags, known: Sequence[str]) -> list[str]:
    if name.startswith("tag:"):
        return [value for key, value in tags if key == name[4:]]
    if name == "tag-key":
        return [key for key, _ in tags]
    if name == "tag-value":
        return [value for _, value in tags]
    if name not in facts:
        if name in known:
            return []
        raise InvalidParameterValue(f"The filter '{name}' is invalid")
    return texts(facts[name])


def texts(value: object) -> list[str]:
    """A fact as the texts a filter's values are compared with."""
    if value is None:
        return []
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, (tuple, list, set, frozenset)):
        return [text for item in value for text in texts(item)]
    return [str(value)]


def _pattern(value: str) -> str:
    # EC2 knows only * and ?; a bracket is a bracket.
    return value.replace("[", "[[]")


def paged(items: Sequence[N], request: Mapping[str, Any], scope: str) -> tuple[list[N], str | None]:
    """One page of a Describe answer; all of it when no MaxResults is given."""
    limit = request.get("MaxResults") or 1000
    try:
        some, token = page(items, request.get("NextToken") or None, limit, scope)
    except BadToken as error:
        raise InvalidNextToken("The token is not valid.") from error
    return list(some), token


def answered(name: str, items: list[Any], token: str | None) -> Any:
    """A Describe answer: its list, and the next token only while there is more."""
    return {name: items, "NextToken": token} if token else {name: items}
