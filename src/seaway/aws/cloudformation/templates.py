"""Templates as requests give them: read, checked against parameters and capabilities."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from seaway.aws.call import Call
from seaway.aws.cloudformation.elsewhere import fetched_for, text_at
from seaway.aws.cloudformation.errors import InsufficientCapabilitiesException, ValidationError
from seaway.aws.operation import operation
from seaway.core.names import Tags
from seaway.core.stack import Intent, Stack
from seaway.core.template import Template, TemplateProblem, chosen_parameters, read
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import cloudformation as shapes

_NAMED = {
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::Group": "GroupName",
}

LONGEST_BODY = 1_048_576
"""Characters of a template; AWS takes 51,200 in a request and 1 MB from S3."""


def text_of(
    tx: Transaction, call: Call, request: Mapping[str, Any], stack: Stack | None = None
) -> str:
    """The template's text: given, an object's, or the stack's own with UsePreviousTemplate."""
    if request.get("TemplateURL"):
        if request.get("TemplateBody"):
            raise ValidationError("Only one of TemplateBody or TemplateURL may be specified.")
        return text_at(tx, call, request["TemplateURL"])
    if request.get("UsePreviousTemplate") and stack is not None:
        return stack.intent.template
    body: str = request.get("TemplateBody") or ""
    if not body:
        raise ValidationError("Either Template URL or Template Body must be specified.")
    if len(body) > LONGEST_BODY:
        raise ValidationError(
            f"1 validation error detected: Value at 'templateBody' failed to satisfy constraint: "
            f"Member must have length less than or equal to {LONGEST_BODY}"
        )
    return body


def readable(text: str) -> Template:
    """The template; ValidationError when it cannot be used."""
    try:
        return read(text)
    except TemplateProblem as problem:
        raise ValidationError(str(problem)) from problem


def intent_of(
    tx: Transaction, call: Call, request: Mapping[str, Any], stack: Stack | None = None
) -> Intent:
    """What the request wants a stack to be, checked as far as the template alone can say."""
    text = text_of(tx, call, request, stack)
    template = readable(text)
    before = dict(stack.intent.parameters) if stack else {}
    given: dict[str, str] = {}
    for item in request.get("Parameters") or ():
        key = item.get("ParameterKey", "")
        if item.get("UsePreviousValue"):
            if key in before:
                given[key] = before[key]
        elif "ParameterValue" in item:
            given[key] = item["ParameterValue"]
    try:
        values = chosen_parameters(template, given)
    except TemplateProblem as problem:
        raise ValidationError(str(problem)) from problem
    _check_capabilities(template, request.get("Capabilities") or ())
    tags: Tags = stack.intent.tags if stack else ()
    if "Tags" in request:
        tags = tuple({tag["Key"]: tag["Value"] for tag in request["Tags"]}.items())
    fetched = fetched_for(tx, call, template, values)
    return Intent(template=text, parameters=tuple(values.items()), tags=tags, fetched=fetched)


def capabilities_of(template: Template) -> list[str]:
    """What the caller has to agree to, since the template makes IAM resources."""
    made = [r for r in template.resources.values() if r.type.startswith("AWS::IAM::")]
    if any(_NAMED.get(resource.type, "-") in resource.properties for resource in made):
        return ["CAPABILITY_NAMED_IAM"]
    return ["CAPABILITY_IAM"] if made else []


def _check_capabilities(template: Template, given: Any) -> None:
    needed = capabilities_of(template)
    if not needed or "CAPABILITY_NAMED_IAM" in given or needed[0] in given:
        return
    raise InsufficientCapabilitiesException(f"Requires capabilities : [{needed[0]}]")


def _why(template: Template) -> str:
    types = sorted({r.type for r in template.resources.values() if r.type[:10] == "AWS::IAM::"})
    return f"The following resource(s) require capabilities: [{', '.join(types)}]"


@operation("cloudformation")
def validate_template(
    tx: Transaction, call: Call, request: shapes.ValidateTemplateInput
) -> shapes.ValidateTemplateOutput:
    """CloudFormation API: ValidateTemplate."""
    template = readable(text_of(tx, call, request))
    rows: list[shapes.TemplateParameter] = []
    for parameter in template.parameters.values():
        row: shapes.TemplateParameter = {
            "ParameterKey": parameter.name,
            "NoEcho": parameter.no_echo,
            "Description": parameter.description,
        }
        if parameter.default is not None:
            row["DefaultValue"] = str(parameter.default)
        rows.append(row)
    answer: shapes.ValidateTemplateOutput = {
        "Parameters": rows,
        "Description": template.description,
    }
    needed = capabilities_of(template)
    if needed:
        answer["Capabilities"], answer["CapabilitiesReason"] = needed, _why(template)
    return answer


def summary_of(template: Template) -> shapes.GetTemplateSummaryOutput:
    """What a template asks for and makes."""
    rows: list[shapes.ParameterDeclaration] = []
    for parameter in template.parameters.values():
        row: shapes.ParameterDeclaration = {
            "ParameterKey": parameter.name,
            "ParameterType": parameter.type,
            "NoEcho": parameter.no_echo,
            "Description": parameter.description,
            "ParameterConstraints": {"AllowedValues": list(parameter.allowed)},
        }
        if parameter.default is not None:
            row["DefaultValue"] = str(parameter.default)
        rows.append(row)
    answer: shapes.GetTemplateSummaryOutput = {
        "Parameters": rows,
        "Description": template.description,
        "ResourceTypes": list(dict.fromkeys(r.type for r in template.resources.values())),
        "Version": "2010-09-09",
    }
    needed = capabilities_of(template)
    if needed:
        answer["Capabilities"], answer["CapabilitiesReason"] = needed, _why(template)
    return answer


def same(one: Intent, other: Intent) -> bool:
    """Whether two intents come to the same stack, however they are written."""
    if (one.parameters, sorted(one.tags)) != (other.parameters, sorted(other.tags)):
        return False
    if one.fetched != other.fetched:
        return False
    return one.template == other.template or _plain(one.template) == _plain(other.template)


def _plain(text: str) -> str:
    template = read(text)
    resources = {
        name: [r.type, dict(r.properties), r.depends_on, r.condition, r.deletion_policy]
        for name, r in template.resources.items()
    }
    outputs = {
        name: [o.value, o.description, o.condition, o.export]
        for name, o in template.outputs.items()
    }
    parts = [resources, outputs, template.mappings, template.conditions]
    return json.dumps(parts, sort_keys=True, default=str)
