"""What targets get of an event."""

from __future__ import annotations

import json
from typing import Any

import pytest

from seaway.core.event_input import BadInput, check_input, input_of

EVENT: dict[str, Any] = {
    "id": "e-1",
    "time": "2026-03-01T12:00:00Z",
    "source": "aws.ecs",
    "detail": {"name": 'the "web"', "count": 2, "of": [{"a-b": 1}, {"a-b": [3]}]},
}
RULE = {"name": "mine", "arn": "arn:aws:events:us-east-1:1:rule/mine"}


def given(**settings: Any) -> str:
    check_input(settings)
    return input_of(settings, EVENT, RULE)


def transformed(template: str, **paths: str) -> str:
    return given(InputTransformer={"InputPathsMap": paths, "InputTemplate": template})


def test_a_target_gets_the_event_a_text_or_a_part() -> None:
    assert json.loads(given()) == EVENT
    assert given(Input='{"a": 1}') == '{"a": 1}'
    assert json.loads(given(InputPath="$.detail")) == EVENT["detail"]
    assert given(InputPath="$.detail.of[1]['a-b'][0]") == "3"
    assert given(InputPath="$.detail.gone.further") == "null"


def test_a_template_is_filled_in() -> None:
    name, count = {"name": "$.detail.name"}, {"count": "$.detail.count"}
    assert transformed('"<name> has <count>"', **name, **count) == '"the \\"web\\" has 2"'
    assert json.loads(transformed('{"is": <name>, "n": <count>}', **name, **count)) == {
        "is": 'the "web"',
        "n": 2,
    }
    assert transformed('"<gone>|"', gone="$.detail.gone") == '"|"'
    assert transformed('"<unknown>"') == '"<unknown>"'


def test_a_template_knows_its_rule_and_the_whole_event() -> None:
    assert transformed('"<aws.events.rule-name> <aws.events.rule-arn>"') == (
        f'"mine {RULE["arn"]}"'
    )
    assert json.loads(transformed("<aws.events.event.json>")) == EVENT
    assert "detail" not in json.loads(transformed("<aws.events.event>"))


@pytest.mark.parametrize(
    "settings",
    [
        {"Input": "no json"},
        {"Input": "{}", "InputPath": "$"},
        {"InputPath": "detail"},
        {"InputPath": "$.a..b"},
        {"InputTransformer": {"InputPathsMap": {"a": "x"}, "InputTemplate": "<a>"}},
        {"InputTransformer": {"InputPathsMap": {"AWSa": "$.x"}, "InputTemplate": "<a>"}},
    ],
)
def test_what_can_never_be_filled_in_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        check_input(settings)
