"""What a lifecycle hook's function is told, and what its answers mean."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from seaway.core.hooks import answered, call, expired, lets_pass, payload, turns_back
from seaway.core.service_deployment import HookRun, HookStatus, Stage

RUN = HookRun(
    id="ecs-lambda-1",
    deployment="1",
    service="arn:service",
    stage=Stage.POST_SCALE_UP,
    step=0,
    index=0,
    kind="AWS_LAMBDA",
    began_at=100.0,
    expires_at=700.0,
    target="check",
    call_at=100.0,
    payload=payload(
        execution="e-1",
        stage="POST_SCALE_UP",
        deployment="arn:deployment",
        service="arn:service",
        revision="arn:green",
        test={"arn:green": 100.0},
        production={"arn:green": 5.0, "arn:blue": 95.0},
    ),
)


def test_a_function_is_told_the_stage_and_who_has_which_share() -> None:
    assert json.loads(call(replace(RUN, details='{"url": "/"}'))) == {
        "executionDetails": {
            "testTrafficWeights": {"arn:green": 100.0},
            "productionTrafficWeights": {"arn:green": 5.0, "arn:blue": 95.0},
            "serviceArn": "arn:service",
            "targetServiceRevisionArn": "arn:green",
        },
        "executionId": "e-1",
        "lifecycleStage": "POST_SCALE_UP",
        "resourceArn": "arn:deployment",
        "hookDetails": {"url": "/"},
    }
    assert "hookDetails" not in json.loads(call(RUN))


def test_a_function_that_succeeds_lets_the_deployment_pass() -> None:
    run = answered(RUN, b'{"hookStatus": "SUCCEEDED"}', 101.0)
    assert lets_pass(run)
    assert run.call_at is None


def test_one_that_is_not_done_is_called_again_with_what_it_said_last() -> None:
    run = answered(RUN, b'{"hookStatus": "IN_PROGRESS"}', 101.0)
    assert (run.status, run.call_at) == (HookStatus.IN_PROGRESS, 131.0)
    body = b'{"hookStatus": "IN_PROGRESS", "callBackDelay": 60, "hookDetails": {"try": 2}}'
    again = answered(run, body, 131.0)
    assert again.call_at == 191.0
    assert json.loads(call(again))["hookDetails"] == {"try": 2}
    assert not lets_pass(again)
    assert not turns_back(again)


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{}", b'{"hookStatus": "MAYBE"}', b'{"hookStatus": "FAILED"}', b"\xff"],
)
def test_any_other_answer_turns_the_deployment_back(body: bytes) -> None:
    run = answered(RUN, body, 101.0)
    assert turns_back(run)
    assert run.reason


def test_a_hook_is_given_up_at_its_time_and_then_does_as_it_was_told() -> None:
    assert expired(RUN, 699.0) is RUN
    late = expired(RUN, 700.0)
    assert late.status is HookStatus.TIMED_OUT
    assert turns_back(late)
    assert lets_pass(replace(late, on_timeout="CONTINUE"))


def test_a_pause_ends_by_hand() -> None:
    pause = replace(RUN, kind="PAUSE", status=HookStatus.AWAITING_ACTION)
    assert lets_pass(expired(replace(pause, action="CONTINUE"), 101.0))
    assert turns_back(expired(replace(pause, action="ROLLBACK"), 101.0))
