"""Filters of parameters, as DescribeParameters and GetParametersByPath take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seaway.aws.ssm.errors import InvalidFilterKey, InvalidFilterOption, InvalidFilterValue
from seaway.core.parameters import Parameter

if TYPE_CHECKING:
    from seaway.aws.shapes.ssm import ParameterStringFilter


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition: any of ``values`` has to fit."""

    key: str
    option: str
    values: tuple[str, ...]


def for_metadata(given: Sequence[ParameterStringFilter]) -> tuple[Filter, ...]:
    """DescribeParameters' filters. Raises InvalidFilterKey, …Option, …Value."""
    return tuple(_parsed(one, ("Label",)) for one in given)


def for_values(given: Sequence[ParameterStringFilter]) -> tuple[Filter, ...]:
    """GetParametersByPath's filters. Raises InvalidFilterKey, …Option, …Value."""
    return tuple(_parsed(one, ("DataType", "Name", "Path", "Tier", "tag:")) for one in given)


def _parsed(given: ParameterStringFilter, unfit: tuple[str, ...]) -> Filter:
    key = given["Key"]
    if key.startswith(unfit):
        raise InvalidFilterKey(
            f"The following filter key is not valid: {key}. Valid filter keys include: "
            "[Type, KeyId]."
        )
    values = tuple(given.get("Values", ()))
    option = given.get("Option", "OneLevel" if key == "Path" else "Equals")
    options: tuple[str, ...] = ("Equals", "BeginsWith")
    if key == "Path":
        options = ("Recursive", "OneLevel")
    elif key == "Name":
        options = ("Equals", "BeginsWith", "Contains")
    elif key == "Label":
        options = ("Equals",)
    if option not in options:
        raise InvalidFilterOption(
            f"The following filter option is not valid: {option}. Valid options include: "
            f"{list(options)}."
        )
    if not values and not key.startswith("tag:"):
        raise InvalidFilterValue(
            f"The following filter values are missing : null for filter key {key}."
        )
    if key == "Path" and any(not value.startswith("/") for value in values):
        raise InvalidFilterValue(f"A Path filter's values begin with /, which {values} do not.")
    return Filter(key, option, values)


def fits(parameter: Parameter, filters: Sequence[Filter]) -> bool:
    """Whether all filters hold."""
    return all(_holds(parameter, one) for one in filters)


def _holds(parameter: Parameter, wanted: Filter) -> bool:
    if wanted.key == "Path":
        return any(_is_below(parameter.name, value, wanted.option) for value in wanted.values)
    facts = _facts(parameter, wanted.key)
    if not wanted.values:
        return bool(facts)
    return any(_compare(fact, value, wanted) for fact in facts for value in wanted.values)


def _compare(fact: str, value: str, wanted: Filter) -> bool:
    if wanted.key == "Name":
        fact, value = fact.removeprefix("/"), value.removeprefix("/")
    match wanted.option:
        case "BeginsWith":
            return fact.startswith(value)
        case "Contains":
            return value in fact
        case _:
            return fact == value


def _is_below(name: str, path: str, option: str) -> bool:
    path = path if path.endswith("/") else f"{path}/"
    if path == "/" and not name.startswith("/"):
        return True  # a plain name is at the root
    return name.startswith(path) and (option == "Recursive" or "/" not in name[len(path) :])


def _facts(parameter: Parameter, key: str) -> tuple[str, ...]:
    latest = parameter.latest
    if key.startswith("tag:"):
        return tuple(value for name, value in parameter.tags if name == key[4:])
    if key == "Label":
        return tuple(label for version in parameter.versions for label in version.labels)
    fact = {
        "Name": parameter.name,
        "Type": latest.type,
        "KeyId": latest.key_id,
        "Tier": latest.tier,
        "DataType": latest.data_type,
    }[key]
    return () if fact is None else (fact,)
