"""Which events a pattern matches; AWS's own examples among them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from seaway.core.event_pattern import BadPattern, pattern_of

EVENT: dict[str, Any] = {
    "version": "0",
    "id": "e-1",
    "detail-type": "ECS Task State Change",
    "source": "aws.ecs",
    "account": "123456789012",
    "time": "2026-03-01T12:00:00Z",
    "region": "us-east-1",
    "resources": ["arn:aws:ecs:us-east-1:1:task/a", "arn:aws:ecs:us-east-1:1:task/b"],
    "detail": {
        "lastStatus": "STOPPED",
        "count": 7,
        "ratio": 2.5,
        "empty": "",
        "nothing": None,
        "yes": True,
        "address": "10.0.0.17",
        "file": "dir/cat.PNG",
        "containers": [
            {"name": "web", "exitCode": 0},
            {"name": "side", "exitCode": 137},
        ],
        "none": [],
    },
}


def matches(detail: dict[str, Any], **others: Any) -> bool:
    return pattern_of(json.dumps({"detail": detail, **others}))(EVENT)


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ({"lastStatus": ["RUNNING", "STOPPED"]}, True),
        ({"lastStatus": ["RUNNING"]}, False),
        ({"lastStatus": ["STOPPED"], "count": [7]}, True),
        ({"lastStatus": ["STOPPED"], "count": [8]}, False),
        ({"ratio": [2.5], "nothing": [None], "yes": [True], "empty": [""]}, True),
        ({"yes": [1]}, False),
        ({"missing": [None]}, False),
        ({"containers": {"name": ["side"], "exitCode": [137]}}, True),
        ({"containers": {"name": ["web"], "exitCode": [137]}}, False),
        ({"lastStatus": [{"prefix": "STOP"}]}, True),
        ({"lastStatus": [{"prefix": "stop"}]}, False),
        ({"lastStatus": [{"prefix": {"equals-ignore-case": "stop"}}]}, True),
        ({"file": [{"suffix": ".png"}]}, False),
        ({"file": [{"suffix": {"equals-ignore-case": ".png"}}]}, True),
        ({"file": [{"equals-ignore-case": "DIR/CAT.png"}]}, True),
        ({"file": [{"wildcard": "dir/*.PNG"}]}, True),
        ({"file": [{"wildcard": "*cat"}]}, False),
        ({"file": [{"wildcard": "dir\\*cat.PNG"}]}, False),
        ({"lastStatus": [{"anything-but": "STOPPED"}]}, False),
        ({"lastStatus": [{"anything-but": ["RUNNING", "PENDING"]}]}, True),
        ({"count": [{"anything-but": [1, 2]}]}, True),
        ({"file": [{"anything-but": {"prefix": "dir/"}}]}, False),
        ({"file": [{"anything-but": {"suffix": [".gif", ".jpg"]}}]}, True),
        ({"file": [{"anything-but": {"wildcard": "*/cat*"}}]}, False),
        ({"file": [{"anything-but": {"equals-ignore-case": ["DIR/cat.png"]}}]}, False),
        ({"missing": [{"anything-but": "x"}]}, False),
        ({"count": [{"numeric": [">", 0, "<=", 7]}]}, True),
        ({"count": [{"numeric": [">", 7]}]}, False),
        ({"ratio": [{"numeric": ["=", 2.5]}]}, True),
        ({"lastStatus": [{"numeric": [">", 0]}]}, False),
        ({"address": [{"cidr": "10.0.0.0/24"}]}, True),
        ({"address": [{"cidr": "10.0.1.0/24"}]}, False),
        ({"lastStatus": [{"exists": True}]}, True),
        ({"missing": [{"exists": True}]}, False),
        ({"missing": [{"exists": False}]}, True),
        ({"none": [{"exists": False}]}, True),
        ({"$or": [{"count": [1]}, {"lastStatus": ["STOPPED"]}]}, True),
        ({"$or": [{"count": [1]}, {"count": [2]}]}, False),
        ({"count": [7], "$or": [{"yes": [False]}, {"ratio": [{"numeric": [">", 2]}]}]}, True),
    ],
)
def test_a_detail_is_matched_as_aws_says(detail: dict[str, Any], expected: bool) -> None:
    assert matches(detail) is expected


def test_any_of_several_values_will_do() -> None:
    assert matches({"count": [7]}, resources=[{"suffix": "task/b"}])
    assert not matches({"count": [7]}, resources=[{"suffix": "task/c"}])


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[]",
        "{}",
        '{"source": "aws.ecs"}',
        '{"source": []}',
        '{"detail": {}}',
        '{"source": [["aws.ecs"]]}',
        '{"source": [{"begins": "aws"}]}',
        '{"source": [{"prefix": "a", "suffix": "b"}]}',
        '{"source": [{"numeric": [">", "1"]}]}',
        '{"source": [{"numeric": [">"]}]}',
        '{"source": [{"exists": "yes"}]}',
        '{"source": [{"cidr": "10.0.0/24x"}]}',
        '{"source": [{"anything-but": []}]}',
        '{"source": [{"anything-but": {"numeric": [">", 1]}}]}',
        '{"source": [{"wildcard": "a**"}]}',
        '{"$or": [{"source": ["a"]}]}',
    ],
)
def test_what_is_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(BadPattern):
        pattern_of(text)
