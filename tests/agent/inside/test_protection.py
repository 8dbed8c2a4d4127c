"""The task protection endpoint's answers, in the ECS agent's shapes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from seaway.agent.inside.protection import read_protection, write_protection
from seaway.link.asking import ProtectionRefused
from tests.agent.inside.control import MemoryControl

TASK = "arn:aws:ecs:us-east-1:000000000000:task/c/0123"


def write(control: MemoryControl, body: bytes, has_role: bool = True) -> tuple[int, dict[str, Any]]:
    return asyncio.run(write_protection(control, TASK, has_role, body))


def read(control: MemoryControl, has_role: bool = True) -> tuple[int, dict[str, Any]]:
    return asyncio.run(read_protection(control, TASK, has_role))


def test_protection_is_set_read_and_taken_away() -> None:
    control = MemoryControl(now=0.0)
    kept = {
        "ProtectionEnabled": True,
        "TaskArn": TASK,
        "ExpirationDate": "1970-01-01T01:00:00Z",
    }
    wanted = b'{"ProtectionEnabled": true, "ExpiresInMinutes": 60}'
    assert write(control, wanted) == (200, {"protection": kept})
    assert read(control) == (200, {"protection": kept})
    freed = {"ProtectionEnabled": False, "TaskArn": TASK}
    assert write(control, b'{"ProtectionEnabled": false}') == (200, {"protection": freed})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"ProtectionEnabled": "yes"}',
        b'{"ProtectionEnabled": true, "ExpiresInMinutes": "5"}',
        b'{"ProtectionEnabled": true, "ExpiresInMinutes": true}',
        b'{"ProtectionEnabled": true, "Minutes": 5}',
    ],
)
def test_what_is_not_of_the_form_is_refused(body: bytes) -> None:
    status, shape = write(MemoryControl(), body)
    assert (status, shape["error"]) == (
        400,
        {
            "Code": "InvalidParameterException",
            "Message": "UpdateTaskProtection: failed to decode request",
        },
    )


def test_it_has_to_be_said_whether_to_protect() -> None:
    status, shape = write(MemoryControl(), b'{"ExpiresInMinutes": 5}')
    assert (status, shape["error"]["Message"]) == (
        400,
        "Invalid request: does not contain 'ProtectionEnabled' field",
    )


def test_without_a_task_role_nothing_is_done() -> None:
    control = MemoryControl()
    for status, shape in (
        write(control, b'{"ProtectionEnabled": true}', has_role=False),
        read(control, has_role=False),
    ):
        assert (status, shape["error"]["Code"]) == (403, "AccessDeniedException")
    assert control.kept == {}


def test_a_failure_is_told_as_the_api_tells_it() -> None:
    control = MemoryControl()
    control.refusal = ProtectionRefused("TASK_NOT_VALID", "not of a service")
    failure = {"Arn": TASK, "Detail": "not of a service", "Reason": "TASK_NOT_VALID"}
    assert write(control, b'{"ProtectionEnabled": true}') == (200, {"failure": failure})
    control.refusal = ProtectionRefused("InvalidParameterException", "too long")
    status, shape = write(control, b'{"ProtectionEnabled": true}')
    assert (status, shape["error"]["Arn"], shape["error"]["Message"]) == (400, TASK, "too long")
