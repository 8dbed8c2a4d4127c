"""The functions of this installation: a warm process or a new one, the call, and its log."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2s
from pathlib import Path
from typing import Any

from seaway.core.functions import Function, FunctionCode, named_function
from seaway.core.identity import Role
from seaway.core.keys import role_session
from seaway.core.logs import LogGroup, log_group_arn
from seaway.core.moment import Moment
from seaway.core.names import Place
from seaway.functions.elsewhere import Elsewhere
from seaway.functions.process import FunctionProcess, ProcessGone, TimedOut
from seaway.link.functions import FunctionError, FunctionMissing, Outcome
from seaway.store.objects import ObjectFiles
from seaway.store.sqlite import SqliteStore

IDLE_SECONDS = 300.0
"""How long a process waits for the next call."""

MOST_AT_ONCE = 16
"""Processes of one function; further calls wait."""

KEY_SECONDS = 12 * 3600
LOG_TAIL = 4096
"""Bytes of the log that a call's answer can show (API: LogType)."""


@dataclass(frozen=True, slots=True)
class _Call:
    """One call on its way."""

    id: str
    function: Function
    process: FunctionProcess
    payload: bytes


class LocalFunctions:
    """Calls functions (``link.functions.Functions``).

    ``endpoint`` is where the API is, for what functions call in turn; ``elsewhere`` takes the
    calls of functions that are not here.
    """

    def __init__(
        self,
        store: SqliteStore,
        files: ObjectFiles,
        moment: Callable[[], Moment],
        *,
        here: Place,
        mark: str,
        endpoint: str,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self._store = store
        self._files = files
        self._moment = moment
        self._here = here
        self._endpoint = endpoint
        self._elsewhere = elsewhere
        name = blake2s(mark.encode(), digest_size=6).hexdigest()
        self._home = Path(tempfile.gettempdir()) / f"seaway-functions-{name}"
        self._idle: defaultdict[str, list[FunctionProcess]] = defaultdict(list)
        """By the function's revision."""
        self._room: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(MOST_AT_ONCE)
        )
        self._waiting: set[asyncio.TimerHandle] = set()
        self._ending: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Clear what an earlier run left behind; its processes ended with it."""
        await asyncio.to_thread(shutil.rmtree, self._home, True)

    async def close(self) -> None:
        """End all processes."""
        for handle in self._waiting:
            handle.cancel()
        idle = [process for found in self._idle.values() for process in found]
        self._idle.clear()
        await asyncio.gather(*(process.end() for process in idle), *self._ending)
        await asyncio.to_thread(shutil.rmtree, self._home, True)

    async def invoke(self, function: str, payload: bytes) -> bytes:
        """Raises FunctionMissing, FunctionError."""
        outcome = await self.call(function, payload)
        if outcome.error is not None:
            raise FunctionError(_message(outcome.payload), outcome.payload, outcome.error)
        return outcome.payload

    async def call(self, function: str, payload: bytes) -> Outcome:
        """Raises FunctionMissing."""
        read = named_function(function, self._here)
        with self._store.transaction() as tx:
            found = tx.find(Function, read[0]) if read else None
        if found is None:
            if self._elsewhere is None:
                raise FunctionMissing(f"Function not found: {read[0] if read else function}")
            return await self._elsewhere.call(function, payload)
        async with self._room[found.arn]:
            return await self._call(found, payload)

    async def _call(self, function: Function, payload: bytes) -> Outcome:
        id = self._moment().uuid()
        idle = self._idle[function.revision]
        process = idle.pop() if idle else self._new_process()
        try:
            if not process.stream:
                process.stream = self._stream_name()
                process.started = asyncio.get_running_loop().time()
                await self._start(function, process)
        except (ProcessGone, TimedOut, zipfile.BadZipFile, OSError) as error:
            await process.end()
            outcome = _broken(id, error, function)
            self._log(
                function,
                process,
                [f"START RequestId: {id} Version: $LATEST", *process.taken_lines()],
            )
            return outcome
        except asyncio.CancelledError:
            # Nobody waits for it any more, so nobody would end it either.
            await process.end()
            raise
        return await self._asked(_Call(id, function, process, payload))

    def _new_process(self) -> FunctionProcess:
        return FunctionProcess(self._home / self._moment().hex(16), "")

    def _stream_name(self) -> str:
        now = self._moment()
        return f"{datetime.fromtimestamp(now.now, UTC):%Y/%m/%d}/[$LATEST]{now.hex(32)}"

    async def _start(self, function: Function, process: FunctionProcess) -> None:
        code = await asyncio.to_thread(self._code, function)
        environment = await self._environment(function, process.stream)
        await process.start(function.runtime, code, environment, function.memory)

    def _code(self, function: Function) -> bytes:
        if function.code_file:
            return self._files.read(function.code_file)
        with self._store.transaction() as tx:
            kept = tx.find(FunctionCode, function.code or "")
        if kept is None:
            raise OSError("the function's code is not there")
        return kept.body

    async def _asked(self, call: _Call) -> Outcome:
        function, process = call.function, call.process
        clock = asyncio.get_running_loop().time
        begun = clock()
        init, process.init_seconds = process.init_seconds, None
        request = {
            "id": call.id,
            "arn": function.arn,
            "event": call.payload.decode() or "{}",
            "seconds": function.timeout,
            "mark": f"\x00seaway {call.id}",
        }
        memory = 0
        try:
            reply = await process.ask(request, function.timeout)
        except (ProcessGone, TimedOut) as error:
            outcome = _broken(call.id, error, function)
        else:
            memory = reply.memory
            outcome = (
                Outcome(json.dumps(reply.error).encode(), "Unhandled")
                if reply.error is not None
                else Outcome((reply.text or "null").encode())
            )
            self._keep_warm(function, process)
        lines = [
            f"START RequestId: {call.id} Version: $LATEST",
            *process.taken_lines(),
            f"END RequestId: {call.id}",
            _report(call.id, clock() - begun, function, memory, init),
        ]
        self._log(function, process, lines)
        tail = "\n".join(lines).encode()[-LOG_TAIL:]
        return Outcome(outcome.payload, outcome.error, tail)

    def _keep_warm(self, function: Function, process: FunctionProcess) -> None:
        with self._store.transaction() as tx:
            there = tx.find(Function, function.arn)
        loop = asyncio.get_running_loop()
        worn = process.started < loop.time() - KEY_SECONDS / 2
        if there is None or there.revision != function.revision or worn:
            self._end(process)
            return
        self._idle[function.revision].append(process)

        def cool() -> None:
            self._waiting.discard(handle)
            idle = self._idle[function.revision]
            if process in idle and process.last_used <= loop.time() - IDLE_SECONDS + 1:
                idle.remove(process)
                self._end(process)

        process.last_used = loop.time()
        handle = loop.call_later(IDLE_SECONDS, cool)
        self._waiting.add(handle)

    def _end(self, process: FunctionProcess) -> None:
        job = asyncio.get_running_loop().create_task(process.end())
        self._ending.add(job)
        job.add_done_callback(self._ending.discard)

    async def _environment(self, function: Function, stream: str) -> Mapping[str, str]:
        """Lambda's variables, the function's own, and keys of its role."""
        moment = self._moment()
        with self._store.transaction() as tx:
            role = tx.find(Role, function.role)
            keys = role_session(moment, role, function.name, KEY_SECONDS) if role else None
            if keys is not None:
                tx.put(keys)
        await self._store.flushed()
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "HOME": "/tmp",
            "_HANDLER": function.handler,
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_LOG_GROUP_NAME": function.group,
            "AWS_LAMBDA_LOG_STREAM_NAME": stream,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
            "AWS_REGION": function.region,
            "AWS_DEFAULT_REGION": function.region,
            "AWS_ENDPOINT_URL": self._endpoint,
            "AWS_ACCESS_KEY_ID": keys.access_key if keys else "",
            "AWS_SECRET_ACCESS_KEY": keys.secret if keys else "",
            "AWS_SESSION_TOKEN": keys.session if keys else "",
        } | dict(function.environment)

    def _log(self, function: Function, process: FunctionProcess, lines: list[str]) -> None:
        now = self._moment().now
        place = Place(account=function.account, region=function.region)
        arn = log_group_arn(place, function.group)
        with self._store.transaction() as tx:
            if tx.find(LogGroup, arn) is None:
                tx.put(
                    LogGroup(arn=arn, name=function.group, region=function.region, created_at=now)
                )
            at = round(now * 1000)
            tx.series.put_events(arn, process.stream, [(at, line) for line in lines], at)


def _report(id: str, seconds: float, function: Function, memory: int, init: float | None) -> str:
    """The line Lambda ends each call with."""
    spent = seconds * 1000
    parts = [
        f"REPORT RequestId: {id}",
        f"Duration: {spent:.2f} ms",
        f"Billed Duration: {int(spent) + 1} ms",
        f"Memory Size: {function.memory} MB",
        f"Max Memory Used: {memory} MB",
    ]
    if init is not None:
        parts.append(f"Init Duration: {init * 1000:.2f} ms")
    return "\t".join(parts) + "\t"


def _broken(id: str, error: Exception, function: Function) -> Outcome:
    """What Lambda says of a process that did not answer."""
    if isinstance(error, TimedOut):
        kind, text = (
            "Sandbox.Timedout",
            f"Error: Task timed out after {function.timeout:.2f} seconds",
        )
    elif isinstance(error, ProcessGone):
        kind, text = "Runtime.ExitError", f"Error: {error}"
    else:
        kind, text = "Runtime.InvalidEntrypoint", f"Error: {error}"
    said = {"errorType": kind, "errorMessage": f"RequestId: {id} {text}"}
    return Outcome(json.dumps(said).encode(), "Unhandled")


def _message(payload: bytes) -> str:
    """The sentence in a function's error."""
    try:
        tree: Any = json.loads(payload)
    except ValueError:
        return payload.decode("utf-8", "replace")[:1000]
    if isinstance(tree, dict) and "errorMessage" in tree:
        kind = tree.get("errorType")
        return f"{kind}: {tree['errorMessage']}" if kind else str(tree["errorMessage"])
    return str(tree)
