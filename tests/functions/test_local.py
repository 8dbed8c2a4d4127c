"""Functions in real processes: answers, errors, time, memory, keys, logs and warmth."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seaway.core.functions import Function, FunctionCode, QueuedCall, function_arn
from seaway.core.identity import Credential, Role
from seaway.core.logs import LogGroup
from seaway.core.moment import Moment
from seaway.core.names import Place
from seaway.functions.local import LocalFunctions
from seaway.functions.queue import CallQueue
from seaway.link.functions import FunctionError, FunctionMissing, Outcome
from seaway.store.objects import ObjectFiles
from seaway.store.sqlite import SqliteStore
from tests.functions.zips import a_zip
from tests.handlers import Counted

HERE = Place(account="000000000000", region="us-east-1")
ROLE = Role(
    arn="arn:aws:iam::000000000000:role/hooks",
    id="AROAHOOKS",
    name="hooks",
    account=HERE.account,
    path="/",
    trust="{}",
    created_at=1.0,
)
Work = Callable[["Stage"], Coroutine[Any, Any, None]]


class Stage:
    """A store with functions, and who runs them."""

    def __init__(self, store: SqliteStore, directory: Path) -> None:
        self.store = store
        self.token = Counted()
        files = ObjectFiles(directory / "objects")
        self.functions = LocalFunctions(
            store,
            files,
            self.moment,
            here=HERE,
            mark=str(directory),
            endpoint="http://127.0.0.1:1",
        )

    def moment(self) -> Moment:
        return Moment(time.time(), self.token)

    def put(self, *nouns: Any) -> None:
        with self.store.transaction() as tx:
            for noun in nouns:
                tx.put(noun)

    def make(self, source: str, name: str = "hook", **fields: Any) -> Function:
        body = a_zip(source)
        code = FunctionCode(id=hashlib.sha256(body).hexdigest(), body=body)
        made = replace(
            Function(
                arn=function_arn(HERE, name),
                name=name,
                account=HERE.account,
                region=HERE.region,
                role=ROLE.arn,
                runtime="python3.11",
                handler="hook.handle",
                code_sha256="",
                code_size=len(body),
                modified_at=1.0,
                revision=self.moment().uuid(),
                code=code.id,
            ),
            **fields,
        )
        self.put(code, made, ROLE)
        return made

    async def ask(self, event: Any = None, name: str = "hook") -> Any:
        return json.loads(await self.functions.invoke(name, json.dumps(event).encode()))

    async def lines(self, group: str = "/aws/lambda/hook") -> list[str]:
        await self.store.flushed()
        arn = HERE.arn("logs", f"log-group:{group}")
        return [event.text for event in self.store.series.events(arn, None)]


@asynccontextmanager
async def staged(directory: Path) -> AsyncIterator[Stage]:
    store = SqliteStore(directory / "seaway.db")
    store.open()
    stage = Stage(store, directory)
    await stage.functions.open()
    try:
        yield stage
    finally:
        await stage.functions.close()
        store.close()


@pytest.fixture
def on_stage(tmp_path: Path) -> Callable[[Work], None]:
    def run(work: Work) -> None:
        async def all_of_it() -> None:
            async with staged(tmp_path) as stage:
                await work(stage)

        asyncio.run(all_of_it())

    return run


def test_a_function_answers_and_is_told_of_its_call(on_stage: Callable[[Work], None]) -> None:
    async def work(stage: Stage) -> None:
        stage.make(
            """
            import os

            def handle(event, context):
                left = context.get_remaining_time_in_millis()
                return {
                    "event": event,
                    "arn": context.invoked_function_arn,
                    "left": 0 < left <= 3000,
                    "own": os.environ["COLOUR"],
                    "region": os.environ["AWS_REGION"],
                    "key": os.environ["AWS_ACCESS_KEY_ID"],
                }
            """,
            environment=(("COLOUR", "tabby"),),
        )
        answer = await stage.ask({"a": [1, None]})
        with stage.store.transaction() as tx:
            (credential,) = tx.where(Credential)
        assert answer == {
            "event": {"a": [1, None]},
            "arn": "arn:aws:lambda:us-east-1:000000000000:function:hook",
            "left": True,
            "own": "tabby",
            "region": "us-east-1",
            "key": credential.access_key,
        }
        assert credential.principal == "arn:aws:sts::000000000000:assumed-role/hooks/hook"

    on_stage(work)


COUNTING = """
    count = 0

    def handle(event, context):
        global count
        count += 1
        return count
"""


def test_a_warm_process_is_used_again_until_the_function_changes(
    on_stage: Callable[[Work], None],
) -> None:
    async def work(stage: Stage) -> None:
        made = stage.make(COUNTING)
        assert [await stage.ask(), await stage.ask(), await stage.ask()] == [1, 2, 3]
        stage.put(replace(made, revision="other"))
        assert await stage.ask() == 1

    on_stage(work)


def test_calls_at_the_same_time_have_processes_of_their_own(
    on_stage: Callable[[Work], None], tmp_path: Path
) -> None:
    async def work(stage: Stage) -> None:
        # Each waits for the other, so neither would end alone.
        stage.make(
            f"""
            import socket, time

            def handle(event, context):
                here = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                here.bind("\\0{tmp_path.name}-" + event["me"])
                for _ in range(1000):
                    try:
                        here.connect("\\0{tmp_path.name}-" + event["other"])
                        here.send(b"hello")
                        break
                    except OSError:
                        time.sleep(0.002)
                return here.recv(10).decode()
            """
        )
        answers = await asyncio.gather(
            stage.ask({"me": "a", "other": "b"}), stage.ask({"me": "b", "other": "a"})
        )
        assert answers == ["hello", "hello"]

    on_stage(work)


@pytest.mark.parametrize(
    ("source", "fields", "kind", "text"),
    [
        ("def handle(e, c): raise ValueError('no')", {}, "ValueError", "no"),
        ("def handle(e, c): return {1, 2}", {}, "Runtime.MarshalError", "Unable to marshal"),
        ("import nothing_here", {}, "Runtime.ImportModuleError", "Unable to import module 'hook'"),
        ("def handle(:", {}, "Runtime.UserCodeSyntaxError", "Syntax error in module 'hook'"),
        ("x = 1", {}, "Runtime.HandlerNotFound", "Handler 'handle' missing on module 'hook'"),
        ("x = 1", {"handler": "hook"}, "Runtime.MalformedHandlerName", "Bad handler 'hook'"),
        (
            "import os\ndef handle(e, c): os._exit(3)",
            {},
            "Runtime.ExitError",
            "Runtime exited with error: exit status 3",
        ),
        (
            "import time\ndef handle(e, c): time.sleep(60)",
            {"timeout": 1},
            "Sandbox.Timedout",
            "Task timed out after 1.00 seconds",
        ),
        (
            "def handle(e, c): return len(bytearray(300 << 20))",
            {"memory": 128},
            "MemoryError",
            "",
        ),
    ],
)
def test_what_goes_wrong_is_told_as_lambda_tells_it(
    on_stage: Callable[[Work], None], source: str, fields: dict[str, Any], kind: str, text: str
) -> None:
    async def work(stage: Stage) -> None:
        stage.make(source, **fields)
        with pytest.raises(FunctionError) as caught:
            await stage.ask()
        said = json.loads(caught.value.payload)
        assert (said["errorType"], text in said["errorMessage"]) == (kind, True)
        assert caught.value.kind == "Unhandled"
        # The next call finds a function that works as well as before.
        with pytest.raises(FunctionError, match=kind):
            await stage.ask()

    on_stage(work)


def test_what_a_function_writes_is_in_its_log_between_start_and_report(
    on_stage: Callable[[Work], None],
) -> None:
    async def work(stage: Stage) -> None:
        stage.make(
            """
            import sys
            print("loaded")

            def handle(event, context):
                print("one\\ntwo")
                print("three", end="", file=sys.stderr)
            """
        )
        outcome = await stage.functions.call("hook", b"1")
        await stage.functions.call("hook", b"1")
        lines = await stage.lines()
        id = lines[0].split()[2]
        assert lines[:5] == [
            f"START RequestId: {id} Version: $LATEST",
            "loaded",
            "one",
            "two",
            "three",
        ]
        assert lines[5] == f"END RequestId: {id}"
        assert lines[6].startswith(f"REPORT RequestId: {id}\tDuration: ")
        assert "\tMemory Size: 128 MB\tMax Memory Used: " in lines[6]
        assert ("Init Duration" in lines[6], "Init Duration" in lines[-1]) == (True, False)
        assert len(lines) == 7 + 6
        assert outcome.log.decode().split("\n") == lines[:7]
        with stage.store.transaction() as tx:
            assert [group.name for group in tx.where(LogGroup)] == ["/aws/lambda/hook"]

    on_stage(work)


def test_what_was_written_before_a_time_out_is_not_lost(on_stage: Callable[[Work], None]) -> None:
    async def work(stage: Stage) -> None:
        source = "import time\ndef handle(e, c):\n  print('working')\n  time.sleep(60)"
        stage.make(source, timeout=1)
        with pytest.raises(FunctionError):
            await stage.ask()
        assert "working" in await stage.lines()

    on_stage(work)


def test_a_function_that_is_not_here_is_missing(on_stage: Callable[[Work], None]) -> None:
    async def work(stage: Stage) -> None:
        with pytest.raises(FunctionMissing, match="function:none"):
            await stage.ask(name="none")

    on_stage(work)


def test_no_process_and_no_file_stays_behind(on_stage: Callable[[Work], None]) -> None:
    seen: list[Any] = []

    async def work(stage: Stage) -> None:
        stage.make("import os\ndef handle(e, c): return [os.getpid(), os.getcwd()]")
        seen.extend(await stage.ask())

    on_stage(work)
    assert not Path(f"/proc/{seen[0]}").exists()
    assert not Path(seen[1]).exists()


def test_a_call_nobody_waits_for_is_made_again_until_it_goes_well(
    on_stage: Callable[[Work], None],
) -> None:
    class Failing:
        """Whoever is called: fails once, then does not."""

        def __init__(self) -> None:
            self.calls: list[bytes] = []

        async def call(self, function: str, payload: bytes) -> Outcome:
            self.calls.append(payload)
            return Outcome(b"{}", "Unhandled" if len(self.calls) == 1 else None)

        async def invoke(self, function: str, payload: bytes) -> bytes:
            raise NotImplementedError

    async def work(stage: Stage) -> None:
        now = time.time()
        failing = Failing()
        queue = CallQueue(stage.store, lambda: Moment(now, stage.token), failing)
        job = asyncio.create_task(queue.run())
        settled = asyncio.Event()
        stage.store.doorbell.listen(lambda changes: settled.set())
        stage.put(QueuedCall(id="1", function="hook", payload=b"1", due_at=now))
        await until(stage, settled, lambda calls: [c.attempts for c in calls] == [1])
        (waiting,) = queued(stage)
        assert waiting.due_at == now + 60
        now = waiting.due_at
        stage.put(replace(waiting, payload=b"2"))  # rings the bell: it is due now
        await until(stage, settled, lambda calls: calls == [])
        assert failing.calls == [b"1", b"2"]
        job.cancel()

    on_stage(work)


def queued(stage: Stage) -> list[QueuedCall]:
    with stage.store.transaction() as tx:
        return tx.where(QueuedCall)


async def until(
    stage: Stage, rung: asyncio.Event, holds: Callable[[list[QueuedCall]], bool]
) -> None:
    async with asyncio.timeout(10):
        while not holds(queued(stage)):
            rung.clear()
            await rung.wait()
