"""Asked from inside a task, and asked of the command line: what a viewer would type."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from aiodocker import Docker

from seaway.cli.demo.clients import Aws
from seaway.cli.demo.failure import DemoFailed
from seaway.cli.demo.inside import inside
from seaway.cli.demo.names import CLUSTER, WEB, Part
from seaway.cli.demo.services import tasks_of
from seaway.cli.demo.stage import Stage

CURL = "curl -s --max-time 5"
FORCE_SECONDS = 10.0
MISUSED = 2
"""The exit code of a command that does not know its words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A running task that calls, and the container in it that we look from."""

    task: str
    part: Part

    def run(self, command: str) -> str:
        """What a shell command prints in there. Raises DemoFailed."""

        async def there() -> str:
            async with Docker() as docker:
                return await (await inside(docker, self.task, self.part.name)).run(command)

        return asyncio.run(there())

    def status(self, url: str) -> str:
        """The HTTP status of one request, "000" when there was none."""
        return self.run(f"{CURL} -o /dev/null -w '%{{http_code}}' {url}").strip()[-3:]

    def statuses(self, url: str, count: int) -> Counter[str]:
        """How often each HTTP status came back."""
        asked = f"{CURL} -o /dev/null -w '%{{http_code}}\\n' '{url}?[1-{count}]'"
        return Counter(self.run(asked).split())

    def who(self, url: str, count: int) -> Counter[str]:
        """How often each service answered ("cats", "dogs"), by the first word of /whoami."""
        lines = self.run(f"{CURL} '{url}?[1-{count}]'").splitlines()
        return Counter(line.split()[0] for line in lines if line.strip())


def a_caller(aws: Aws, part: Part = WEB) -> Caller:
    """A running task of the part. Raises DemoFailed."""
    tasks = tasks_of(aws, part)
    if not tasks:
        where = f"aws ecs list-tasks --cluster {CLUSTER}"
        raise DemoFailed(f"{part.name} has no running task.", where)
    return Caller(task=tasks[0], part=part)


def until(stage: Stage, holds: Callable[[], bool], text: str, where: str) -> float:
    """Seconds until it holds, looked at as fast as answers come. Raises DemoFailed."""
    started = time.monotonic()
    while not holds():
        if time.monotonic() - started > FORCE_SECONDS:
            raise DemoFailed(f"{text} is not in force after {FORCE_SECONDS:.0f} seconds.", where)
    took = time.monotonic() - started
    stage.say(f"{text}: in force after {took:.2f} s, one look inside the task included")
    return took


def told(counts: Counter[str]) -> str:
    """Counts as a sentence: "18 × 200, 2 × 503"."""
    return ", ".join(f"{count} × {what}" for what, count in counts.most_common()) or "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The seaway command, for the data directory of the demo."""

    words: tuple[str, ...] = ()
    """Options that say which Seaway."""

    def show(self, stage: Stage, *words: str, seconds: float = 30.0) -> str:
        """Show a command and what it prints. Raises DemoFailed when it fails."""
        stage.shell(" ".join(("seaway", *words)))
        printed = self.output(*words, seconds=seconds)
        stage.text("\n".join(f"    {line}" for line in printed.rstrip().splitlines()))
        return printed

    def output(self, *words: str, seconds: float = 30.0) -> str:
        """What a command prints. Raises DemoFailed when it is none, or takes too long."""
        try:
            done = subprocess.run(
                self._command(words),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise DemoFailed(f"seaway {' '.join(words)} took over {seconds:.0f} s.") from None
        if done.returncode == MISUSED:
            raise DemoFailed(f"seaway {' '.join(words)} is refused: {done.stdout.strip()[-200:]}")
        return done.stdout

    def _command(self, words: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "seaway.cli", *words, *self.words]
