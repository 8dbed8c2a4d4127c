"""Container output carried to CloudWatch Logs streams, each line once over restarts."""

from __future__ import annotations

import asyncio
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
    ) -> None:
        self._engine = engine
        self._link = link
        self._stream = stream
        self._container = container
        self._kept = kept
        self._pseudo_terminal = pseudo_terminal

    async def run(self) -> None:
        """Carry lines until there will be no more."""
        queue: asyncio.Queue[OutputLine | None] = asyncio.Queue(2 * _MOST_LINES)
        async with asyncio.TaskGroup() as jobs:
            jobs.create_task(self._read(queue))
            jobs.create_task(self._carry(queue))

    async def _read(self, queue: asyncio.Queue[OutputLine | None]) -> None:
        position = read_position(self._kept)
        while True:
            try:
                position = await self._follow(queue, position)
                break
            except EngineGone:
                await asyncio.sleep(_RETRY)
            except EngineError:
                break  # the container is gone, and with it its output
        await queue.put(None)

    async def _follow(
        self, queue: asyncio.Queue[OutputLine | None], position: Position
    ) -> Position:
        to_skip = position.count
        lines = self._engine.output(
            self._container, position.at, pseudo_terminal=self._pseudo_terminal
        )
        async with aclosing(lines):
            async for line in lines:
                if line.at < position.at:
                    continue
                if line.at == position.at and to_skip:
                    to_skip -= 1
                    continue
                to_skip = 0
                await queue.put(line)
                position = position.after(line)
        return position

    async def _carry(self, queue: asyncio.Queue[OutputLine | None]) -> None:
        position, more = read_position(self._kept), True
        while more:
            lines, more = await _gathered(queue)
            if not lines:
                continue
            said = tuple(LogLine(at=line.at // 1_000_000, text=line.text) for line in lines)
            await self._link.send(LogBatch(stream=self._stream, lines=said))
            for line in lines:
                position = position.after(line)
            write_position(self._kept, position)


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


async def _gathered(queue: asyncio.Queue[OutputLine | None]) -> tuple[list[OutputLine], bool]:
    """Lines that came close together, and whether there may be more."""
    lines: list[OutputLine] = []
    first = await queue.get()
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
