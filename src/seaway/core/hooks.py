"""Lifecycle hooks of deployments: what their functions are told, and what an answer means."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from seaway.core.service_deployment import HookRun, HookStatus

CALL_AGAIN = 30.0
"""Seconds until a hook that is IN_PROGRESS is called again, when it names no delay."""

LONGEST_WAIT = 86400.0
"""Seconds a function may ask to be left alone for: no stage lasts longer than a day."""

CALL_LIMIT = 900.0
"""Seconds a function has to answer in (AWS: Lambda's 15 minutes)."""


def payload(
    *,
    execution: str,
    stage: str,
    deployment: str,
    service: str,
    revision: str,
    test: Mapping[str, float],
    production: Mapping[str, float],
) -> str:
    """What a hook's function is called with (AWS: Lambda hooks, payload), but for the details.

    ``deployment``, ``service`` and ``revision`` are ARNs; the traffic weights are per cents by the
    ARN of the service revision.
    """
    told = {
        "executionDetails": {
            "testTrafficWeights": dict(test),
            "productionTrafficWeights": dict(production),
            "serviceArn": service,
            "targetServiceRevisionArn": revision,
        },
        "executionId": execution,
        "lifecycleStage": stage,
        "resourceArn": deployment,
    }
    return json.dumps(told)


def call(run: HookRun) -> bytes:
    """The body of the next call of a hook's function."""
    told = json.loads(run.payload)
    if run.details is not None:
        told["hookDetails"] = json.loads(run.details)
    return json.dumps(told).encode()


def answered(run: HookRun, body: bytes, now: float) -> HookRun:
    """The hook after its function has answered; an answer that says nothing is a failure.

    (AWS: hookStatus SUCCEEDED, FAILED or IN_PROGRESS, with callBackDelay in seconds.)
    """
    run = replace(run, calls=run.calls + 1, call_at=None)
    try:
        told = json.loads(body)
    except ValueError:
        return failed(run, "the function did not answer with JSON")
    if not isinstance(told, dict):
        return failed(run, "the function did not return an object with a hookStatus")
    if isinstance(told.get("hookDetails"), dict):
        run = replace(run, details=json.dumps(told["hookDetails"]))
    match told.get("hookStatus"):
        case "SUCCEEDED":
            return replace(run, status=HookStatus.SUCCEEDED)
        case "IN_PROGRESS":
            delay = told.get("callBackDelay", CALL_AGAIN)
            usable = isinstance(delay, int | float) and not isinstance(delay, bool) and delay >= 0
            wait = min(float(delay), LONGEST_WAIT) if usable else CALL_AGAIN
            return replace(run, call_at=now + wait)
        case "FAILED":
            return failed(run, "the function returned FAILED")
        case other:
            return failed(run, f"the function returned no valid hookStatus: {other!r}")


def failed(run: HookRun, reason: str) -> HookRun:
    """The hook as failed: the deployment rolls back."""
    return replace(run, status=HookStatus.FAILED, reason=reason, call_at=None)


def expired(run: HookRun, now: float) -> HookRun:
    """The hook, given up when its time is over; by hand continued or rolled back before that."""
    if run.is_over:
        return run
    if run.action is not None:
        over = HookStatus.SUCCEEDED if run.action == "CONTINUE" else HookStatus.FAILED
        return replace(run, status=over, reason="rolled back by hand", call_at=None)
    if now >= run.expires_at:
        return replace(run, status=HookStatus.TIMED_OUT, reason="timed out", call_at=None)
    return run


def lets_pass(run: HookRun) -> bool:
    """The stage may be left, as far as this hook goes."""
    timed_out = run.status is HookStatus.TIMED_OUT and run.on_timeout == "CONTINUE"
    return run.status is HookStatus.SUCCEEDED or timed_out


def turns_back(run: HookRun) -> bool:
    """The deployment is to roll back because of this hook."""
    return run.is_over and not lets_pass(run)
