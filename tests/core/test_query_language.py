"""The cluster query language: what each expression picks, and what is no expression."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seaway.core.query_language import QueryError, Subject, matches, parse, subject_of
from seaway.core.task import TaskStatus
from tests.builders import a_task, an_instance

SUBJECT = Subject(
    attributes={
        "ecs.instance-type": "t3.small",
        "ecs.availability-zone": "us-east-1a",
        "stack": "prod blue",
        "rank": "10",
        "gpu": None,
    },
    groups=frozenset({"service:web", "family:once"}),
    registered_at=1529360908.0,  # 2018-06-18T22:28:28Z
    connected=True,
    agent_version="1.105.1",
    instance_id="i-0abc",
    running=3,
)


@pytest.mark.parametrize(
    "expression",
    [
        "attribute:ecs.instance-type == t3.small",
        "attribute:ecs.instance-type equals t3.small",
        "attribute:ecs.instance-type != t3.large",
        "attribute:ecs.instance-type not_equals t3.large",
        "attribute:ecs.availability-zone in [us-east-1a, us-east-1b]",
        "attribute:ecs.availability-zone !in [us-east-1c]",
        "attribute:ecs.availability-zone not_in [us-east-1c,us-east-1b]",
        "attribute:ecs.instance-type =~ t3.*",
        "attribute:ecs.instance-type matches (t2|t3)\\.[a-z]+",
        "(attribute:ecs.instance-type =~ (t2|t3)[.]small)",
        "attribute:ecs.instance-type !~ m5.* and attribute:ecs.availability-zone != us-east-1d",
        "attribute:ecs.instance-type not_matches g2.*",
        "attribute:gpu exists",
        "attribute:tpu !exists",
        "attribute:tpu not_exists",
        "attribute:absent != anything",
        'attribute:stack == "prod blue"',
        "attribute:stack == 'prod blue'",
        "attribute:rank > 9",
        "attribute:rank >= 10 && attribute:rank <= 10",
        "attribute:rank greater_than 9 and attribute:rank less_than 11",
        "attribute:rank greater_than_equal 10 and attribute:rank less_than_equal 10",
        "task:group == service:web",
        "task:group in [service:api, family:once]",
        "not(task:group == database)",
        "!(task:group == database)",
        "not task:group == database",
        "task:group != database",
        "task:group =~ service:.*",
        "agentConnected == true",
        "agentConnected != false",
        "agentVersion >= 1.20.0",
        "agentVersion < 1.106",
        "ec2InstanceId == i-0abc",
        "ec2InstanceId in ['i-0abc', 'i-0def']",
        "registeredAt < 2018-06-19",
        "registeredAt >= 2018-06-18T22:28:28Z",
        "registeredAt == 2018-06-18T22:28:28",
        "registeredAt == 2018-06-19T00:28:28+02:00",
        "runningTasksCount > 2",
        "runningTasksCount == 3",
        "attribute:rank == 1 or attribute:rank == 2 || attribute:rank == 10",
        "(attribute:rank == 1 or attribute:rank == 10) and not (attribute:absent exists)",
        "attribute:rank == 10 or attribute:rank == 2 and attribute:rank == 3",
        "attribute:android !exists",
    ],
)
def test_what_holds_is_matched_and_its_negation_is_not(expression: str) -> None:
    assert matches(parse(expression), SUBJECT)
    assert not matches(parse(f"not ({expression})"), SUBJECT)


@pytest.mark.parametrize(
    "expression",
    [
        "attribute:ecs.instance-type == t3",
        "attribute:ecs.instance-type =~ t3",
        "attribute:rank > 10",
        "attribute:stack > 5",
        "attribute:absent == x",
        "attribute:absent < 5",
        "attribute:absent exists",
        "task:group == service:we",
        "task:group != service:web",
        "agentVersion > 1.105.1",
        "registeredAt > 2018-06-19",
        "runningTasksCount < 3",
        "(attribute:rank == 10 or attribute:rank == 2) and attribute:rank == 3",
    ],
)
def test_what_does_not_hold_is_not_matched(expression: str) -> None:
    assert not matches(parse(expression), SUBJECT)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("", "empty"),
        ("attribute:a == " + "x" * 2000, "2000 characters"),
        ("attribute:a", "operator is expected after attribute:a"),
        ("attribute: == a", "not a subject"),
        ("size == large", "size is not a subject"),
        ("attribute:a == ", "a value is expected"),
        ("attribute:a == b c", "end is expected at position 18"),
        ("attribute:a in b", "[ is expected"),
        ("attribute:a in [b", "] is expected"),
        ("(attribute:a == b", ") is expected"),
        ("attribute:a == b)", "end is expected"),
        ("attribute:a =~ (", "not a regular expression"),
        ("attribute:a == 'b", "quotation mark"),
        ("agentConnected > true", "operator > does not go with agentConnected"),
        ("agentVersion in [1.0]", "operator in does not go with agentVersion"),
        ("registeredAt > yesterday", "yesterday is not a date"),
        ("runningTasksCount > many", "many is not a number"),
        ("and attribute:a == b", "subject"),
    ],
)
def test_what_is_no_expression_is_refused_with_the_reason(expression: str, words: str) -> None:
    with pytest.raises(QueryError, match=re.escape(words)):
        parse(expression)


@given(st.text(alphabet="attribute:xyz =!<>~()[],'\"&|notinexs 129.-", max_size=40))
def test_any_text_is_either_an_expression_or_refused(text: str) -> None:
    try:
        query = parse(text)
    except QueryError:
        return
    assert matches(query, SUBJECT) in (True, False)


def test_an_instance_is_asked_with_the_tasks_on_it() -> None:
    instance = an_instance(attributes=(("color", "blue"),))
    tasks = [
        a_task(1, group="service:a", last_status=TaskStatus.RUNNING),
        a_task(2, group="service:b"),
        a_task(3, group="service:gone", last_status=TaskStatus.STOPPED),
    ]
    subject = subject_of(instance, tasks)
    assert matches(
        parse(
            "attribute:ecs.availability-zone == us-east-1a and attribute:color == blue and "
            "task:group == service:a and task:group == service:b and runningTasksCount == 1 "
            "and task:group != service:gone"
        ),
        subject,
    )
    assert parse("task:group == a").asks_tasks
    assert not parse("attribute:a == b").asks_tasks
