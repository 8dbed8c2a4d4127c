"""The functions of lifecycle hooks are called when the store says so, and their answers kept."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from seaway.core.bus import BusEvent
from seaway.core.moment import Moment
from seaway.core.service_deployment import HookRun, HookStatus, Stage
from seaway.link.functions import FunctionError
from seaway.reconcile.hook_calls import HookCalls, Invoke
from seaway.store.changes import Change
from seaway.store.sqlite import SqliteStore

RUN = HookRun(
    id="ecs-lambda-1",
    deployment="1",
    service="arn:aws:ecs:us-east-1:000000000000:service/default/web",
    stage=Stage.POST_SCALE_UP,
    step=0,
    index=0,
    kind="AWS_LAMBDA",
    began_at=0.0,
    expires_at=1e9,
    target="check",
    call_at=0.0,
    payload='{"lifecycleStage": "POST_SCALE_UP"}',
)


class Play:
    """The calls beside a store, until the hook is over."""

    def __init__(self, directory: Path) -> None:
        self.store = SqliteStore(directory / "seaway.db")
        self.store.open()
        self.ahead = 0.0
        self._ids = itertools.count(1)

    def moment(self) -> Moment:
        now = asyncio.get_running_loop().time() + self.ahead
        return Moment(now, lambda length: next(self._ids).to_bytes(length, "big"))

    def put(self, run: HookRun) -> None:
        with self.store.transaction() as tx:
            tx.put(run)

    def run(self, invoke: Invoke, *, until: Callable[[HookRun], bool]) -> HookRun:
        """The hook as it is when ``until`` is true of it."""

        async def played() -> HookRun:
            seen = asyncio.Event()

            def hear(changes: Iterable[Change]) -> None:
                runs = [change.after for change in changes if change.noun is HookRun]
                if any(run is not None and until(run) for run in runs):
                    seen.set()

            self.store.doorbell.listen(hear)
            job = asyncio.create_task(HookCalls(self.store, self.moment, invoke).run())
            async with asyncio.timeout(10):
                await seen.wait()
            job.cancel()
            with self.store.transaction() as tx:
                (run,) = tx.where(HookRun, deployment="1")
                return run

        return asyncio.run(played())

    def events(self) -> list[str]:
        with self.store.transaction() as tx:
            return [json.loads(event.detail)["eventName"] for event in tx.where(BusEvent)]


def answers(*bodies: bytes) -> tuple[Invoke, list[tuple[str, dict[str, object]]]]:
    """A function that answers one after the other, and what it was called with."""
    left, asked = list(bodies), []

    async def invoke(function: str, payload: bytes) -> bytes:
        asked.append((function, json.loads(payload)))
        return left.pop(0)

    return invoke, asked


def over(run: HookRun) -> bool:
    return run.is_over


def test_a_wanted_call_is_made_and_its_answer_kept(tmp_path: Path) -> None:
    play = Play(tmp_path)
    play.put(RUN)
    invoke, asked = answers(b'{"hookStatus": "SUCCEEDED"}')
    assert play.run(invoke, until=over).status is HookStatus.SUCCEEDED
    assert asked == [("check", {"lifecycleStage": "POST_SCALE_UP"})]
    assert play.events() == ["HOOK_SUCCEEDED"]


def test_a_function_that_asks_for_it_is_called_again(tmp_path: Path) -> None:
    play = Play(tmp_path)
    play.put(RUN)
    invoke, asked = answers(
        b'{"hookStatus": "IN_PROGRESS", "callBackDelay": 0, "hookDetails": {"turn": 1}}',
        b'{"hookStatus": "SUCCEEDED"}',
    )
    assert play.run(invoke, until=over).calls == 2
    assert asked[1][1]["hookDetails"] == {"turn": 1}


def test_a_function_that_fails_fails_its_hook_and_says_how(tmp_path: Path) -> None:
    play = Play(tmp_path)
    play.put(RUN)

    async def broken(function: str, payload: bytes) -> bytes:
        raise FunctionError("ZeroDivisionError")

    run = play.run(broken, until=over)
    assert (run.status, run.reason) == (
        HookStatus.FAILED,
        "the function failed: ZeroDivisionError",
    )
    assert play.events() == ["HOOK_FAILED"]


def test_a_call_that_was_cut_short_is_made_again_after_a_restart(tmp_path: Path) -> None:
    play = Play(tmp_path)
    play.put(RUN)

    async def hanging(function: str, payload: bytes) -> bytes:
        play.put(replace(RUN, reason="is being asked"))
        await asyncio.Event().wait()
        return b""

    assert play.run(hanging, until=lambda run: True).status is HookStatus.IN_PROGRESS
    invoke, _ = answers(b'{"hookStatus": "SUCCEEDED"}')
    assert play.run(invoke, until=over).status is HookStatus.SUCCEEDED


def test_what_a_function_says_of_a_hook_that_was_given_up_changes_nothing(tmp_path: Path) -> None:
    play = Play(tmp_path)
    play.put(RUN)

    async def late(function: str, payload: bytes) -> bytes:
        play.put(replace(RUN, status=HookStatus.TIMED_OUT))
        return b'{"hookStatus": "SUCCEEDED"}'

    assert play.run(late, until=over).status is HookStatus.TIMED_OUT
