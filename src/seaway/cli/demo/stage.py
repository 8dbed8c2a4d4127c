"""What the viewer sees: headings, commands, progress, results, times."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.status import Status
from rich.table import Table
from rich.text import Text

from seaway.cli.demo.equivalent import equivalent
from seaway.cli.demo.failure import DemoFailed

T = TypeVar("T")

LOOK_SECONDS = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A step that went through, and what it took in seconds."""

    title: str
    seconds: float


class Stage:
    """Shows a walk-through of so many steps while it happens. ``pace`` is seconds between steps."""

    def __init__(
        self,
        console: Console,
        *,
        steps: int,
        pace: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.done: list[Done] = []
        self.current: str | None = None
        self._console = console
        self._steps = steps
        self._pace = pace
        self._clock = clock
        self._sleep = sleep
        self._status: Status | None = None
        self._last_hint = ""

    @contextmanager
    def step(self, title: str, sentence: str) -> Iterator[None]:
        """One step: its heading before, its time after. Raises what happens inside."""
        number = len(self.done) + 1
        if self._pace and self.done:
            self._sleep(self._pace)
        self.current = title
        heading = Text.assemble(
            (f" {number:>2}/{self._steps} ", "bold reverse"), "  ", (title, "bold")
        )
        self._console.print()
        self._print(heading)
        self._console.print(Padding(Text(sentence), (0, 0, 0, 2), expand=False))
        started = self._clock()
        try:
            yield
        finally:
            self._stop_status()
        seconds = self._clock() - started
        self.done.append(Done(title=title, seconds=seconds))
        self._print(Text(f"  ✓ done in {_time(seconds)}", "green"))
        self.current = None

    def call(self, client: Any, operation: str, /, **parameters: Any) -> Any:
        """Show the command of an AWS call, then make the call. Raises ClientError."""
        self.command(client, operation, **parameters)
        return getattr(client, operation)(**parameters)

    def command(self, client: Any, operation: str, /, **parameters: Any) -> None:
        """Show the aws command of a call."""
        service: str = client.meta.service_model.service_name
        self.shell(equivalent(service, operation, parameters))

    def shell(self, command: str) -> None:
        """Show a command of the shell."""
        first, *rest = command.split("\n")
        lines = [f"    $ {first}", *(f"      {line}" for line in rest)]
        self._print(Text("\n".join(lines), "cyan"))

    def say(self, text: str) -> None:
        """Show what came back, or happened."""
        self._stop_status()
        self._print(Text(f"  → {text}"))

    def already(self, text: str) -> None:
        """Show what an earlier run has left here."""
        self._print(Text(f"  = already there: {text}", "dim"))

    def show(self, thing: RenderableType) -> None:
        """Show a table, or anything else that rich can render."""
        self._stop_status()
        self._console.print(Padding(thing, (0, 0, 0, 4), expand=False))

    def hint(self, text: str) -> None:
        """What is going on right now: one line that changes, or one line each in a file."""
        if text == self._last_hint and (self._status or not self._console.is_terminal):
            return
        self._last_hint = text
        if not self._console.is_terminal:
            self._print(Text(f"  … {text}", "dim"))
        elif self._status is None:
            self._status = self._console.status(Text(text))
            self._status.start()
        else:
            self._status.update(Text(text))

    def wait(
        self, look: Callable[[], tuple[T | None, str]], *, seconds: float, late: str, where: str
    ) -> T:
        """Look until there is a value; the text beside it is the progress meanwhile.

        Raises DemoFailed, with ``late`` and ``where`` to look, when the seconds are over.
        """
        end = self._clock() + seconds
        while True:
            value, text = look()
            if value is not None:
                self._stop_status()
                return value
            if self._clock() > end:
                raise DemoFailed(f"{late} after {seconds:.0f} s ({text}).", where)
            self.hint(text)
            self._sleep(LOOK_SECONDS)

    def title(self, text: str) -> None:
        """The line at the top."""
        self._console.rule(Text(text, "bold"), align="left")

    def summary(self) -> None:
        """All steps with their times."""
        table = Table("", "step", "", box=None, pad_edge=False)
        table.columns[2].justify = "right"
        for number, done in enumerate(self.done, 1):
            table.add_row(Text("✓", "green"), f"{number:>2}  {done.title}", _time(done.seconds))
        total = sum(done.seconds for done in self.done)
        table.add_row("", Text(f"all {len(self.done)} steps done", "bold"), _time(total))
        self._console.print()
        self._console.print(Padding(table, (0, 0, 0, 2), expand=False))

    def text(self, lines: str) -> None:
        """Some lines as they are."""
        self._stop_status()
        self._print(Text(lines))

    def failed(self, sentence: str, look: tuple[str, ...]) -> None:
        """The last words of a demo that can't go on."""
        self._stop_status()
        where = f"Step {len(self.done) + 1} ({self.current}): " if self.current else ""
        self._console.print()
        self._print(Text(f"✗ {where}{sentence}", "bold red"))
        for line in look:
            self._print(Text(f"  {line}"))

    def _print(self, text: Text) -> None:
        # soft_wrap: the terminal breaks long lines, so what is copied has no breaks of ours.
        self._console.print(text, soft_wrap=True)

    def _stop_status(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None


def _time(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"
