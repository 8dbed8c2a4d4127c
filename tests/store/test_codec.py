"""Nouns to JSON and back: every kind of noun there is, whatever it holds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seaway.core.task import Task, TaskStatus
from seaway.store.codec import decode, encode
from seaway.store.tables import TABLES
from tests.builders import a_task

st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


@pytest.mark.parametrize("noun", [table.noun for table in TABLES], ids=lambda noun: noun.__name__)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_what_is_written_is_read_back_the_same(noun: type[Any], data: st.DataObject) -> None:
    before = data.draw(st.from_type(noun))
    assert decode(noun, encode(before)) == before


def test_what_holds_its_default_is_not_written() -> None:
    assert set(json.loads(encode(a_task()))) == {
        "arn",
        "cluster",
        "task_definition",
        "created_at",
        "group",
    }


def test_a_member_of_an_older_version_is_ignored_and_a_new_one_has_its_default() -> None:
    written = json.loads(encode(a_task()))
    written["no_longer"] = {"known": 1}
    read = decode(Task, json.dumps(written))
    assert read == a_task()
    assert read.last_status is TaskStatus.PROVISIONING


@dataclass(frozen=True)
class _Odd:
    member: Any


def test_what_can_not_be_read_back_is_not_written() -> None:
    with pytest.raises(TypeError, match="a noun may not hold set"):
        encode(_Odd({1}))
