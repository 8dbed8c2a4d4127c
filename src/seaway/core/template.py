"""CloudFormation templates: read, checked, ordered and worked out. Pure.

Sources: CloudFormation user guide, "Template anatomy" and "Intrinsic function reference".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import yaml

Value = Any
"""What a template holds: text, number, truth, list or mapping, as YAML and JSON have them."""

_SECTIONS = frozenset(
    {
        "AWSTemplateFormatVersion",
        "Description",
        "Metadata",
        "Parameters",
        "Mappings",
        "Conditions",
        "Rules",
        "Resources",
        "Outputs",
        "Transform",
        "Hooks",
    }
)
_RESOURCE_MEMBERS = frozenset(
    {
        "Type",
        "Properties",
        "DependsOn",
        "Condition",
        "DeletionPolicy",
        "UpdateReplacePolicy",
        "UpdatePolicy",
        "CreationPolicy",
        "Metadata",
    }
)
PSEUDO = frozenset(
    f"AWS::{name}"
    for name in (
        "AccountId",
        "NotificationARNs",
        "NoValue",
        "Partition",
        "Region",
        "StackId",
        "StackName",
        "URLSuffix",
    )
)


class TemplateProblem(Exception):
    """The template cannot be used, and why, in CloudFormation's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter's declaration."""

    name: str
    type: str = "String"
    default: Value = None
    description: str = ""
    no_echo: bool = False
    allowed: tuple[str, ...] = ()
    pattern: str | None = None
    bounds: Mapping[str, float] = field(default_factory=dict)
    """MinLength, MaxLength, MinValue, MaxValue."""
    complaint: str | None = None

    @property
    def is_list(self) -> bool:
        """Whether its value is split at commas."""
        inner = self.type.removeprefix("AWS::SSM::Parameter::Value<")
        return inner.startswith(("List<", "CommaDelimitedList"))

    @property
    def is_stored(self) -> bool:
        """Whether its value names a parameter of Systems Manager."""
        return self.type.startswith("AWS::SSM::Parameter::Value<")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource as the template declares it.

    CreationPolicy and UpdatePolicy are read over: no instance runs its user data here, so none
    would ever send the signals they wait for.
    """

    name: str
    type: str
    properties: Mapping[str, Value]
    depends_on: tuple[str, ...] = ()
    condition: str | None = None
    deletion_policy: str = "Delete"
    replace_policy: str = "Delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """An output as the template declares it."""

    name: str
    value: Value
    description: str = ""
    condition: str | None = None
    export: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template that has been read and checked."""

    description: str
    parameters: Mapping[str, Parameter]
    mappings: Mapping[str, Value]
    conditions: Mapping[str, Value]
    resources: Mapping[str, Resource]
    outputs: Mapping[str, Output]
    needs: Mapping[str, frozenset[str]]
    """Resource → the resources that must be there before it."""


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms; dates stay texts, as policies' versions must."""


def _short(loader: yaml.Loader, suffix: str, node: yaml.Node) -> Value:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    value: Value
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = str(value).split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        raise TemplateProblem("Template format error: unsupported structure.")
    return {name: value}


_Loader.add_multi_constructor("!", _short)
_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@lru_cache(maxsize=16)
def read(text: str) -> Template:
    """The template in a JSON or YAML text. Raises TemplateProblem.

    Reading YAML takes tens of milliseconds and a stack's look needs it each time, so the last
    few are remembered; a template is never changed.
    """
    raw = _raw(text)
    _check_sections(raw)
    resources = {name: _resource(name, body) for name, body in raw["Resources"].items()}
    parameters = {
        name: _parameter(name, body) for name, body in (raw.get("Parameters") or {}).items()
    }
    outputs = {name: _output(name, body) for name, body in (raw.get("Outputs") or {}).items()}
    template = Template(
        description=str(raw.get("Description") or ""),
        parameters=parameters,
        mappings=raw.get("Mappings") or {},
        conditions=raw.get("Conditions") or {},
        resources=resources,
        outputs=outputs,
        needs={},
    )
    return _linked(template)


def _raw(text: str) -> dict[str, Any]:
    try:
        raw = json.loads(text) if text.lstrip().startswith("{") else yaml.load(text, _Loader)
    except (ValueError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise TemplateProblem(f"Template format error: JSON or YAML not well-formed.{where}") from (
            error
        )
    if not isinstance(raw, dict):
        raise TemplateProblem("Template format error: unsupported structure.")
    return raw


def _check_sections(raw: Mapping[str, Any]) -> None:
    unknown = sorted(str(name) for name in set(raw) - _SECTIONS)
    if unknown:
        raise TemplateProblem(f"Invalid template property or properties [{', '.join(unknown)}]")
    if raw.get("Transform"):
        raise TemplateProblem(
            f"The transform {raw['Transform']} is not supported by Seaway yet: give a template "
            "without transforms."
        )
    own_rules = set(raw.get("Rules") or ()) - {"CheckBootstrapVersion"}
    if own_rules or raw.get("Hooks"):
        # The one rule passed over is the CDK's, about a bootstrap stack that is not needed here.
        raise TemplateProblem("The sections Rules and Hooks are not supported by Seaway yet.")
    if not isinstance(raw.get("Resources"), dict) or not raw["Resources"]:
        raise TemplateProblem(
            "Template format error: At least one Resources member must be defined."
        )


def _resource(name: str, body: Value) -> Resource:
    if not isinstance(body, dict) or not isinstance(body.get("Type"), str):
        raise TemplateProblem(
            f"Template format error: [/Resources/{name}] Every Resources object must contain a "
            "Type member."
        )
    unknown = sorted(set(body) - _RESOURCE_MEMBERS)
    if unknown:
        raise TemplateProblem(f"Invalid template resource property '{unknown[0]}'")
    if not re.fullmatch(r"[A-Za-z0-9]{1,255}", name):
        raise TemplateProblem(f"Template format error: Resource name {name} is non alphanumeric.")
    after = body.get("DependsOn") or ()
    deletion = body.get("DeletionPolicy", "Delete")
    return Resource(
        name=name,
        type=body["Type"],
        properties=body.get("Properties") or {},
        depends_on=(after,) if isinstance(after, str) else tuple(after),
        condition=body.get("Condition"),
        deletion_policy=deletion,
        replace_policy=body.get("UpdateReplacePolicy", "Delete"),
    )


def _parameter(name: str, body: Value) -> Parameter:
    if not isinstance(body, dict) or "Type" not in body:
        raise TemplateProblem(
            f"Template format error: Every Parameters object must contain a Type member: {name}"
        )
    bounds = ("MinLength", "MaxLength", "MinValue", "MaxValue")
    return Parameter(
        name=name,
        type=str(body["Type"]),
        default=body.get("Default"),
        description=str(body.get("Description") or ""),
        no_echo=str(body.get("NoEcho", "")).lower() == "true",
        allowed=tuple(as_text(value) for value in body.get("AllowedValues") or ()),
        pattern=body.get("AllowedPattern"),
        bounds={key: float(body[key]) for key in bounds if key in body},
        complaint=body.get("ConstraintDescription"),
    )


def _output(name: str, body: Value) -> Output:
    if not isinstance(body, dict) or "Value" not in body:
        raise TemplateProblem(
            f"Template format error: Every Outputs member must contain a Value object: {name}"
        )
    return Output(
        name=name,
        value=body["Value"],
        description=str(body.get("Description") or ""),
        condition=body.get("Condition"),
        export=(body.get("Export") or {}).get("Name"),
    )


def _linked(template: Template) -> Template:
    """The template with what each resource needs; unknown names and circles are refused."""
    names = set(template.resources)
    known = names | set(template.parameters) | PSEUDO
    needs: dict[str, frozenset[str]] = {}
    unknown: set[str] = set()
    for resource in template.resources.values():
        found = set(references(resource.properties)) | set(resource.depends_on)
        unknown |= found - known
        needs[resource.name] = frozenset(found & names - {resource.name})
        if resource.name in found:
            raise TemplateProblem(f"Circular dependency between resources: [{resource.name}]")
        _check_condition(template, resource.condition)
    if unknown:
        raise TemplateProblem(
            "Template format error: Unresolved resource dependencies "
            f"[{', '.join(sorted(unknown))}] in the Resources block of the template"
        )
    for output in template.outputs.values():
        lost = set(references(output.value)) | set(references(output.export))
        if lost - known:
            raise TemplateProblem(
                "Template format error: Unresolved resource dependencies "
                f"[{', '.join(sorted(lost - known))}] in the Outputs block of the template"
            )
        _check_condition(template, output.condition)
    circle = _circle(needs)
    if circle:
        raise TemplateProblem(
            f"Circular dependency between resources: [{', '.join(sorted(circle))}]"
        )
    return Template(
        description=template.description,
        parameters=template.parameters,
        mappings=template.mappings,
        conditions=template.conditions,
        resources=template.resources,
        outputs=template.outputs,
        needs=needs,
    )


def _check_condition(template: Template, name: str | None) -> None:
    if name is not None and name not in template.conditions:
        raise TemplateProblem(
            f"Template format error: Unresolved condition dependency {name} in the Resources block "
            "of the template"
        )


def _circle(needs: Mapping[str, frozenset[str]]) -> set[str]:
    """The resources that wait for each other, if any do."""
    left = {name: set(some) for name, some in needs.items()}
    while True:
        free = [name for name, some in left.items() if not some]
        if not free:
            return set(left)
        for name in free:
            del left[name]
        for some in left.values():
            some.difference_update(free)


VARIABLE = re.compile(r"\$\{([^!${}][^${}]*)\}")


def references(value: Value) -> Iterator[str]:
    """The names of parameters and resources that a value refers to."""
    if isinstance(value, dict):
        if len(value) == 1:
            ((name, inner),) = value.items()
            if name == "Ref" and isinstance(inner, str):
                yield inner
                return
            if name == "Fn::GetAtt":
                yield inner[0] if isinstance(inner, list) else str(inner).split(".", 1)[0]
                return
            if name == "Fn::Sub":
                yield from _sub_references(inner)
                return
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def _sub_references(value: Value) -> Iterator[str]:
    text, own = (value[0], value[1]) if isinstance(value, list) else (value, {})
    for name in VARIABLE.findall(str(text)):
        if name.strip() not in own:
            yield name.strip().split(".", 1)[0]
    yield from references(own)


def as_text(value: Value) -> str:
    """A scalar as CloudFormation writes it into a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def chosen_parameters(template: Template, given: Mapping[str, str]) -> dict[str, str]:
    """Every parameter's value as text: as given, or its default.

    Raises TemplateProblem for unknown, missing and forbidden values.
    """
    unknown = sorted(set(given) - set(template.parameters))
    if unknown:
        raise TemplateProblem(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    values: dict[str, str] = {}
    missing: list[str] = []
    for name, parameter in template.parameters.items():
        value = given.get(name, parameter.default)
        if value is None:
            missing.append(name)
            continue
        text = ",".join(map(as_text, value)) if isinstance(value, list) else as_text(value)
        _check_value(parameter, text)
        values[name] = text
    if missing:
        raise TemplateProblem(f"Parameters: [{', '.join(missing)}] must have values")
    return values


def _check_value(parameter: Parameter, text: str) -> None:
    name, complaint = parameter.name, parameter.complaint
    for one in text.split(",") if parameter.is_list else [text]:
        if parameter.allowed and one.strip() not in parameter.allowed:
            raise TemplateProblem(
                complaint_of(name, complaint) or f"Parameter '{name}' must be one of AllowedValues"
            )
        if parameter.pattern and not re.fullmatch(parameter.pattern, one):
            raise TemplateProblem(
                complaint_of(name, complaint)
                or f"Parameter '{name}' must match pattern {parameter.pattern}"
            )
    _check_bounds(parameter, text)


def complaint_of(name: str, complaint: str | None) -> str | None:
    """A constraint's own description, when the template gives one."""
    return f"Parameter {name} failed to satisfy constraint: {complaint}" if complaint else None


def _check_bounds(parameter: Parameter, text: str) -> None:
    bounds, name = parameter.bounds, parameter.name
    if parameter.type == "Number":
        try:
            number = float(text)
        except ValueError as error:
            raise TemplateProblem(f"Parameter '{name}' must be a number.") from error
        low, high = bounds.get("MinValue"), bounds.get("MaxValue")
        word = "a number"
    else:
        number, low, high = float(len(text)), bounds.get("MinLength"), bounds.get("MaxLength")
        word = "of a length"
    own = complaint_of(name, parameter.complaint)
    if low is not None and number < low:
        raise TemplateProblem(own or f"Parameter '{name}' must be {word} not less than {low:g}")
    if high is not None and number > high:
        raise TemplateProblem(own or f"Parameter '{name}' must be {word} not greater than {high:g}")
