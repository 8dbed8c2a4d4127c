"""What a template's values come to, once parameters and resources are known. Pure."""

from __future__ import annotations

import base64
import ipaddress
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from seaway.core.names import Place
from seaway.core.places import zones_of
from seaway.core.template import VARIABLE, Template, TemplateProblem, Value, as_text

NO_VALUE = object()
"""What AWS::NoValue comes to: the property is left out."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A parameter's value that is not known here; it only matters where it is referred to."""

    complaint: str


@dataclass(slots=True, kw_only=True)
class Scope:
    """All that a template's values may refer to."""

    template: Template
    place: Place
    stack_id: str
    stack_name: str
    parameters: Mapping[str, Value]
    """Values, already split where the parameter is a list."""
    physical: dict[str, str] = field(default_factory=dict)
    """Resource → what Ref gives."""
    attributes: dict[str, Mapping[str, Value]] = field(default_factory=dict)
    """Resource → what GetAtt gives."""
    exports: Mapping[str, str] = field(default_factory=dict)
    conditions: dict[str, bool] = field(default_factory=dict)
    """Conditions worked out so far."""
    imported: set[str] = field(default_factory=set)
    """Exports of other stacks that were referred to so far."""


def split_parameters(
    template: Template, values: Mapping[str, str], stored: Callable[[str], str | None]
) -> dict[str, Value]:
    """Parameters' values as references see them: lists split, stored ones looked up."""
    found: dict[str, Value] = {}
    for name, text in values.items():
        declared = template.parameters.get(name)
        value: Value = text
        if declared is not None and declared.is_stored:
            value = stored(text)
            if value is None:
                found[name] = Unknown(
                    f"Parameter '{name}' is of type {declared.type}: Seaway has no value for the "
                    f"Systems Manager parameter {text}. Give a plain value instead."
                )
                continue
        if declared is not None and declared.is_list:
            value = [part.strip() for part in str(value).split(",")]
        found[name] = value
    return found


def holds(scope: Scope, name: str | None) -> bool:
    """Whether a condition of the template holds; None always does."""
    if name is None:
        return True
    if name not in scope.conditions:
        if name not in scope.template.conditions:
            raise TemplateProblem(
                f"Template error: unresolved condition dependency {name} in Fn::If"
            )
        scope.conditions[name] = _truth(scope, scope.template.conditions[name])
    return scope.conditions[name]


def _truth(scope: Scope, value: Value) -> bool:
    if isinstance(value, dict) and len(value) == 1:
        ((name, inner),) = value.items()
        if name == "Fn::And":
            return all(_truth(scope, one) for one in inner)
        if name == "Fn::Or":
            return any(_truth(scope, one) for one in inner)
        if name == "Fn::Not":
            return not _truth(scope, inner[0])
        if name == "Fn::Equals":
            left, right = (resolve(scope, one) for one in inner)
            return bool(_comparable(left) == _comparable(right))
        if name == "Condition":
            return holds(scope, str(inner))
    return as_text(resolve(scope, value)) == "true"


def _comparable(value: Value) -> Value:
    return value if isinstance(value, (list, dict)) else as_text(value)


def resolve(scope: Scope, value: Value) -> Value:
    """The value with every function worked out; NO_VALUE members are left out.

    Raises TemplateProblem for what cannot be worked out.
    """
    if isinstance(value, list):
        return [one for one in (resolve(scope, item) for item in value) if one is not NO_VALUE]
    if isinstance(value, dict):
        if len(value) == 1:
            ((name, inner),) = value.items()
            if name == "Ref":
                return _ref(scope, inner)
            function = _FUNCTIONS.get(name)
            if function is not None:
                return _worked(scope, name, function, inner)
            if str(name).startswith("Fn::"):
                raise TemplateProblem(f"Template error: {name} is not supported by Seaway yet")
        worked = {key: resolve(scope, item) for key, item in value.items()}
        return {key: item for key, item in worked.items() if item is not NO_VALUE}
    if isinstance(value, str) and "{{resolve:" in value:
        raise TemplateProblem(
            f"Dynamic references such as {value} are not supported by Seaway yet."
        )
    return value


def _worked(
    scope: Scope, name: str, function: Callable[[Scope, Any], Value], inner: Value
) -> Value:
    try:
        return function(scope, inner)
    except (IndexError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise TemplateProblem(f"Template error: {name} is not well-formed: {inner}") from error


def _ref(scope: Scope, name: str) -> Value:
    if name in scope.parameters:
        value = scope.parameters[name]
        if isinstance(value, Unknown):
            raise TemplateProblem(value.complaint)
        return value
    if name in scope.physical:
        return scope.physical[name]
    pseudo: dict[str, Value] = {
        "AWS::AccountId": scope.place.account,
        "AWS::Region": scope.place.region,
        "AWS::Partition": "aws",
        "AWS::URLSuffix": "amazonaws.com",
        "AWS::StackId": scope.stack_id,
        "AWS::StackName": scope.stack_name,
        "AWS::NotificationARNs": [],
        "AWS::NoValue": NO_VALUE,
    }
    if name in pseudo:
        return pseudo[name]
    raise TemplateProblem(f"Template error: the resource {name} is not there to refer to")


def _get_att(scope: Scope, value: Value) -> Value:
    parts = value if isinstance(value, list) else str(value).split(".", 1)
    name, attribute = str(parts[0]), as_text(resolve(scope, parts[1]))
    held = scope.attributes.get(name)
    if held is None:
        raise TemplateProblem(f"Template error: the resource {name} is not there to refer to")
    if attribute not in held:
        raise TemplateProblem(
            f"Template error: resource {name} does not support attribute type {attribute} in "
            "Fn::GetAtt"
        )
    return held[attribute]


def _sub(scope: Scope, value: Value) -> str:
    text, own = (value[0], value[1]) if isinstance(value, list) else (value, {})

    def named(name: str) -> str:
        if name in own:
            found = resolve(scope, own[name])
        elif "." in name and name.split(".", 1)[0] in scope.template.resources:
            found = _get_att(scope, name)
        else:
            found = _ref(scope, name)
        if isinstance(found, (list, dict)):
            raise TemplateProblem(f"Template error: {name} in Fn::Sub is not a text")
        return as_text(found)

    worked = VARIABLE.sub(lambda match: named(match.group(1).strip()), str(text))
    return worked.replace("${!", "${")


def _join(scope: Scope, value: Value) -> str:
    parts = resolve(scope, value[1])
    if not isinstance(parts, list):
        raise TemplateProblem("Template error: every Fn::Join object requires a list of texts")
    return str(value[0]).join(as_text(part) for part in parts)


def _select(scope: Scope, value: Value) -> Value:
    index, items = int(as_text(resolve(scope, value[0]))), resolve(scope, value[1])
    if not isinstance(items, list) or not 0 <= index < len(items):
        raise TemplateProblem(
            f"Template error: Fn::Select cannot select nonexistent value at index {index}"
        )
    return items[index]


def _split(scope: Scope, value: Value) -> list[str]:
    return as_text(resolve(scope, value[1])).split(str(value[0]))


def _find_in_map(scope: Scope, value: Value) -> Value:
    name, top, second = (as_text(resolve(scope, part)) for part in value[:3])
    try:
        return scope.template.mappings[name][top][second]
    except (KeyError, TypeError) as error:
        if len(value) > 3 and isinstance(value[3], dict) and "DefaultValue" in value[3]:
            return resolve(scope, value[3]["DefaultValue"])
        raise TemplateProblem(
            f"Template error: Unable to get mapping for {name}::{top}::{second}"
        ) from error


def _if(scope: Scope, value: Value) -> Value:
    return resolve(scope, value[1] if holds(scope, str(value[0])) else value[2])


def _base64(scope: Scope, value: Value) -> str:
    return base64.b64encode(as_text(resolve(scope, value)).encode()).decode()


def _zones(scope: Scope, value: Value) -> list[str]:
    region = as_text(resolve(scope, value)) or scope.place.region
    return [name for name, _ in zones_of(region)]


def _cidr(scope: Scope, value: Value) -> list[str]:
    block, count, *bits = (resolve(scope, part) for part in value)
    host_bits = int(as_text(bits[0])) if bits else 8
    network = ipaddress.ip_network(as_text(block), strict=False)
    wanted = int(as_text(count))
    try:
        made = network.subnets(new_prefix=network.max_prefixlen - host_bits)
        found = [str(part) for part, _ in zip(made, range(wanted), strict=False)]
    except ValueError as error:
        raise TemplateProblem(f"Template error: Fn::Cidr: {error}") from error
    if len(found) < wanted:
        raise TemplateProblem(f"Template error: Fn::Cidr: {block} has no room for {wanted} blocks")
    return found


def _import(scope: Scope, value: Value) -> str:
    name = as_text(resolve(scope, value))
    if name not in scope.exports:
        raise TemplateProblem(f"No export named {name} found.")
    scope.imported.add(name)
    return scope.exports[name]


def _length(scope: Scope, value: Value) -> int:
    return len(resolve(scope, value))


def _to_json(scope: Scope, value: Value) -> str:
    return json.dumps(resolve(scope, value), separators=(",", ":"))


_FUNCTIONS: Mapping[str, Callable[[Scope, Any], Value]] = {
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::FindInMap": _find_in_map,
    "Fn::If": _if,
    "Fn::Base64": _base64,
    "Fn::GetAZs": _zones,
    "Fn::Cidr": _cidr,
    "Fn::ImportValue": _import,
    "Fn::Length": _length,
    "Fn::ToJsonString": _to_json,
    "Fn::Equals": lambda scope, value: _truth(scope, {"Fn::Equals": value}),
    "Fn::And": lambda scope, value: _truth(scope, {"Fn::And": value}),
    "Fn::Or": lambda scope, value: _truth(scope, {"Fn::Or": value}),
    "Fn::Not": lambda scope, value: _truth(scope, {"Fn::Not": value}),
}
