"""Container output carried to CloudWatch Logs streams, each line once over restarts."""

from __future__ import annotations

import asyncio
import re
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from seaway.agent.engine import Engine, EngineError, EngineGone, OutputLine
from seaway.agent.link import Link
from seaway.link.messages import LogBatch, LogLine, LogStream

_MOST_LINES = 1000
_LONGEST_WAIT = 0.5
"""Seconds a line may wait for others to go with."""
_RETRY = 1.0
_OPEN_EVENT = 5.0
"""Seconds an event of several lines stays open for more of them (engine's awslogs driver)."""
_LARGEST_EVENT = 262_118
"""Bytes of an event: 256 KiB less what CloudWatch Logs counts for itself."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a container's output has been carried: the last line's time (epoch ns), and how
    many lines of that very time."""

    at: int = 0
    count: int = 0

    def after(self, line: OutputLine) -> Position:
        """The position once this line is carried too."""
        return Position(line.at, self.count + 1 if line.at == self.at else 1)


class LogFollower:
    """Follows one container until its output has ended and is carried to the last line."""

    def __init__(
        self,
        engine: Engine,
        link: Link,
        stream: LogStream,
        container: str,
        kept: Path,
        *,
        pseudo_terminal: bool,
        starts: re.Pattern[str] | None = None,
        open_for: float = _OPEN_EVENT,
    ) -> None:
        """``starts`` matches the first line of an event; None: every line is an event."""
        self._engine = engine
        self._link = link
        self._stream = stream
        self._container = container
        self._kept = kept
        self._pseudo_terminal = pseudo_terminal
        self._events = LogEvents(starts)
        self._open_for = open_for
        self._read_to = Position()

    async def run(self) -> None:
        """Carry lines until there will be no more."""
        queue: asyncio.Queue[OutputLine | None] = asyncio.Queue(2 * _MOST_LINES)
        async with asyncio.TaskGroup() as jobs:
            jobs.create_task(self._read(queue))
            jobs.create_task(self._carry(queue))

    async def _read(self, queue: asyncio.Queue[OutputLine | None]) -> None:
        self._read_to = read_position(self._kept)
        while True:
            try:
                await self._follow(queue)
                if not (await self._engine.inspect(self._container)).running:
                    break
                await asyncio.sleep(_RETRY)  # it was started again, or the engine was
            except EngineGone:
                await asyncio.sleep(_RETRY)
            except EngineError:
                break  # the container is gone, and with it its output
        await queue.put(None)

    async def _follow(self, queue: asyncio.Queue[OutputLine | None]) -> None:
        begin = self._read_to
        to_skip = begin.count
        lines = self._engine.output(
            self._container, begin.at, pseudo_terminal=self._pseudo_terminal
        )
        async with aclosing(lines):
            async for line in lines:
                if line.at < begin.at:
                    continue
                if line.at == begin.at and to_skip:
                    to_skip -= 1
                    continue
                to_skip = 0
                await queue.put(line)
                self._read_to = self._read_to.after(line)

    async def _carry(self, queue: asyncio.Queue[OutputLine | None]) -> None:
        if not self._kept.exists():
            # The engine's awslogs driver makes the stream before the first line, and without one.
            await self._link.send(LogBatch(stream=self._stream, lines=()))
            write_position(self._kept, Position())
        position, more = read_position(self._kept), True
        while more:
            patience = self._open_for if self._events.has_open else None
            lines, more = await _gathered(queue, patience)
            events = self._events.take(lines)
            if not lines or not more:  # nothing came to an open event, or nothing will
                events += self._events.close()
            if not events:
                continue
            await self._link.send(LogBatch(stream=self._stream, lines=_told(events)))
            for line in (line for event in events for line in event):
                position = position.after(line)
            write_position(self._kept, position)


class LogEvents:
    """Puts lines together to events, by the pattern their first lines match; None: no pattern."""

    def __init__(self, starts: re.Pattern[str] | None) -> None:
        self._starts = starts
        self._open: list[OutputLine] = []
        self._size = 0

    @property
    def has_open(self) -> bool:
        """There is an event that more lines may come to."""
        return bool(self._open)

    def take(self, lines: list[OutputLine]) -> list[list[OutputLine]]:
        """The events that these lines have completed."""
        if self._starts is None:
            return [[line] for line in lines]
        done = []
        for line in lines:
            size = len(line.text.encode()) + 1
            if self._starts.search(line.text) or self._is_full(line, size):
                done += self.close()
            self._open.append(line)
            self._size += size
        return done

    def _is_full(self, line: OutputLine, size: int) -> bool:
        if not self._open:
            return False
        age = (line.at - self._open[0].at) / 1_000_000_000
        return age > _OPEN_EVENT or self._size + size > _LARGEST_EVENT

    def close(self) -> list[list[OutputLine]]:
        """The event that was open, if there was one."""
        done = [self._open] if self._open else []
        self._open, self._size = [], 0
        return done


def _told(events: list[list[OutputLine]]) -> tuple[LogLine, ...]:
    """An event has the time of its first line."""
    return tuple(
        LogLine(at=event[0].at // 1_000_000, text="\n".join(line.text for line in event))
        for event in events
    )


def read_position(kept: Path) -> Position:
    """The position kept in the file; the beginning when there is none."""
    try:
        at, count = kept.read_text(encoding="ascii").split()
    except FileNotFoundError:
        return Position()
    return Position(int(at), int(count))


def write_position(kept: Path, position: Position) -> None:
    """Keep the position; a crash leaves the old one or the new one."""
    fresh = kept.with_name(f"{kept.name}.new")
    fresh.write_text(f"{position.at} {position.count}", encoding="ascii")
    fresh.replace(kept)


async def _gathered(
    queue: asyncio.Queue[OutputLine | None], patience: float | None
) -> tuple[list[OutputLine], bool]:
    """Lines that came close together, and whether there may be more.

    ``patience``: seconds to wait for the first one; None = as long as it takes.
    """
    lines: list[OutputLine] = []
    try:
        async with asyncio.timeout(patience):
            first = await queue.get()
    except TimeoutError:
        return lines, True
    if first is None:
        return lines, False
    lines.append(first)
    deadline = asyncio.get_running_loop().time() + _LONGEST_WAIT
    while len(lines) < _MOST_LINES:
        try:
            async with asyncio.timeout_at(deadline):
                line = await queue.get()
        except TimeoutError:
            return lines, True
        if line is None:
            return lines, False
        lines.append(line)
    return lines, True
