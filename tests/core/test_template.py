"""Templates: read in both forms, checked, ordered, worked out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from seaway.core.intrinsics import Scope, holds, resolve, split_parameters
from seaway.core.launching import image_at
from seaway.core.names import Place
from seaway.core.template import TemplateProblem, chosen_parameters, read

HERE = Place(account="111122223333", region="us-east-1")


def _scope(text: str, given: dict[str, str] | None = None, **known: Any) -> Scope:
    template = read(text)
    values = chosen_parameters(template, given or {})
    return Scope(
        template=template,
        place=HERE,
        stack_id="arn:stack",
        stack_name="shop",
        parameters=split_parameters(template, values, image_at),
        **known,
    )


def _value(expression: str, **known: Any) -> Any:
    """What an expression comes to beside one resource, R."""
    indented = "\n".join("        " + line for line in expression.splitlines())
    scope = _scope(
        f"Resources:\n  R: {{Type: T}}\n  X:\n    Type: T\n    Properties:\n      V:\n{indented}\n",
        **known,
    )
    return resolve(scope, scope.template.resources["X"].properties["V"])


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("!Ref AWS::Region", "us-east-1"),
        (
            "!Sub '${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}'",
            "111122223333.dkr.ecr.us-east-1.amazonaws.com",
        ),
        (
            "!Sub ['${a}-${R}-${R.Arn}-${!Literal}', {a: !Ref AWS::StackName}]",
            "shop-r-1-arn:r-${Literal}",
        ),
        ("!GetAtt R.Arn", "arn:r"),
        ("!Join [',', [a, !Ref R, 3]]", "a,r-1,3"),
        ("!Select [1, !Split ['|', 'a|b|c']]", "b"),
        ("!Select [0, !GetAZs '']", "us-east-1a"),
        ("!Cidr [10.0.0.0/16, 3, 8]", ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]),
        ("Fn::Base64: !Sub 'echo ${R}'", "ZWNobyByLTE="),
        ("!ImportValue net-vpc", "vpc-9"),
        ("{a: !Ref AWS::NoValue, b: [1, !Ref AWS::NoValue]}", {"b": [1]}),
        (
            "{Version: 2012-10-17, Condition: {Bool: {x: true}}}",
            {"Version": "2012-10-17", "Condition": {"Bool": {"x": True}}},
        ),
    ],
)
def test_functions_come_to_their_values(expression: str, expected: Any) -> None:
    known = {
        "physical": {"R": "r-1"},
        "attributes": {"R": {"Arn": "arn:r"}},
        "exports": {"net-vpc": "vpc-9"},
    }
    assert _value(expression, **known) == expected


def test_json_and_yaml_say_the_same() -> None:
    body = {
        "Resources": {
            "A": {"Type": "T", "Properties": {"P": {"Fn::GetAtt": ["B", "Arn"]}}},
            "B": {"Type": "T"},
        }
    }
    yaml_text = "Resources:\n  A: {Type: T, Properties: {P: !GetAtt B.Arn}}\n  B: {Type: T}\n"
    assert read(json.dumps(body)) == read(yaml_text)


CONDITIONAL = """
Parameters:
  Env: {Type: String, Default: test, AllowedValues: [test, live]}
  Count: {Type: Number, Default: 2, MinValue: 1, MaxValue: 4}
  Zones: {Type: CommaDelimitedList, Default: 'a, b'}
  Secret: {Type: String, NoEcho: true, Default: x}
Mappings:
  Sizes: {test: {type: t3.micro}, live: {type: m5.large}}
Conditions:
  Live: !Equals [!Ref Env, live]
  Both: !And [!Condition Live, !Not [!Equals [!Ref Count, 1]]]
Resources:
  A:
    Type: T
    Condition: Live
    Properties:
      Type: !FindInMap [Sizes, !Ref Env, type]
      Zones: !Ref Zones
      Extra: !If [Both, yes, !Ref AWS::NoValue]
"""


def test_parameters_mappings_and_conditions_work_together() -> None:
    test = _scope(CONDITIONAL)
    live = _scope(CONDITIONAL, {"Env": "live"})
    properties = test.template.resources["A"].properties
    assert (holds(test, "Live"), holds(live, "Both")) == (False, True)
    assert resolve(test, properties) == {"Type": "t3.micro", "Zones": ["a", "b"]}
    assert resolve(live, properties)["Type"] == "m5.large"


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"Env": "other"}, "Parameter 'Env' must be one of AllowedValues"),
        ({"Count": "9"}, "not greater than 4"),
        ({"Count": "many"}, "must be a number"),
        ({"Nope": "1"}, r"Parameters: \[Nope\] do not exist in the template"),
    ],
)
def test_forbidden_parameter_values_are_refused(given: dict[str, str], complaint: str) -> None:
    with pytest.raises(TemplateProblem, match=complaint):
        chosen_parameters(read(CONDITIONAL), given)


def test_a_parameter_without_a_value_is_asked_for() -> None:
    template = read("Parameters: {P: {Type: String}}\nResources: {A: {Type: T}}\n")
    with pytest.raises(TemplateProblem, match=r"Parameters: \[P\] must have values"):
        chosen_parameters(template, {})


def test_what_a_resource_needs_comes_from_all_its_references() -> None:
    template = read(
        "Resources:\n"
        "  A: {Type: T}\n"
        "  B: {Type: T, DependsOn: A}\n"
        "  C: {Type: T, Properties: {x: !Sub '${B.Arn}', y: [!Ref A]}}\n"
    )
    assert template.needs == {
        "A": frozenset(),
        "B": frozenset({"A"}),
        "C": frozenset({"A", "B"}),
    }


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "Resources: {A: {Type: T, Properties: {x: !Ref B}}, B: {Type: T, DependsOn: A}}",
            r"Circular dependency between resources: \[A, B\]",
        ),
        (
            "Resources: {A: {Type: T, Properties: {x: !Ref Nope}}}",
            r"Unresolved resource dependencies \[Nope\] in the Resources block",
        ),
        ("Resources: {A: {Type: T}}\nOutputs: {O: {Value: !Ref Nope}}", "Outputs block"),
        ("Resources: {A: {Properties: {}}}", "must contain a Type member"),
        ("Resources: {}", "At least one Resources member must be defined"),
        (
            "Other: {}\nResources: {A: {Type: T}}",
            r"properties \[Other\]",
        ),
        ("Transform: AWS::Serverless-2016-10-31\nResources: {A: {Type: T}}", "not supported"),
        ("Rules: {Mine: {}}\nResources: {A: {Type: T}}", "Rules and Hooks are not supported"),
        ("Resources: [", "not well-formed"),
        ("just text", "unsupported structure"),
    ],
)
def test_templates_that_cannot_work_are_refused(text: str, complaint: str) -> None:
    with pytest.raises(TemplateProblem, match=complaint):
        read(text)


def test_an_image_parameter_gets_the_same_id_each_time() -> None:
    name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
    text = (
        "Parameters:\n  Ami:\n    Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>\n"
        f"    Default: {name}\nResources: {{A: {{Type: T, Properties: {{x: !Ref Ami}}}}}}\n"
    )
    scope = _scope(text)
    assert resolve(scope, {"Ref": "Ami"}) == image_at(name)


def test_a_stored_parameter_that_is_not_known_matters_only_where_it_is_referred_to() -> None:
    text = (
        "Parameters:\n  V:\n    Type: AWS::SSM::Parameter::Value<String>\n    Default: /mine\n"
        "Resources: {A: {Type: T, Properties: {x: 1}}}\n"
    )
    template = read(text)
    values = split_parameters(template, chosen_parameters(template, {}), lambda name: None)
    scope = Scope(template=template, place=HERE, stack_id="s", stack_name="n", parameters=values)
    assert resolve(scope, {"x": 1}) == {"x": 1}
    with pytest.raises(TemplateProblem, match="no value for the Systems Manager parameter /mine"):
        resolve(scope, {"Ref": "V"})


def test_a_malformed_function_is_named() -> None:
    with pytest.raises(TemplateProblem, match="Fn::Select is not well-formed"):
        _value("!Select [x]")
