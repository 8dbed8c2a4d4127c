"""What is answered to "why can't web reach cats?": steps on the way, and where it breaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """How a step of the way stands."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that must hold for a call to arrive. ``cure`` says what to do when it does not."""

    name: str
    standing: Standing
    sentence: str
    cure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The whole way from a caller to a target, up to where it can't be followed any more."""

    caller: str
    target: str
    steps: tuple[Step, ...]

    @property
    def standing(self) -> Standing:
        """The worst of all steps."""
        found = {step.standing for step in self.steps}
        return next((s for s in (Standing.BROKEN, Standing.WARNING) if s in found), Standing.OK)

    @property
    def diagnosis(self) -> str:
        """Where it breaks and what to do, or that nothing is in the way."""
        worst = self.standing
        if worst is Standing.OK:
            return f"Nothing is in the way from {self.caller} to {self.target}."
        first = next(step for step in self.steps if step.standing is worst)
        may = "" if worst is Standing.BROKEN else f"{self.caller} reaches {self.target}, but: "
        return f"{may}{first.sentence}" + (f" {first.cure}" if first.cure else "")


def ok(name: str, sentence: str) -> Step:
    """A step that holds."""
    return Step(name=name, standing=Standing.OK, sentence=sentence)


def warning(name: str, sentence: str, cure: str = "") -> Step:
    """A step that holds, though not as it should."""
    return Step(name=name, standing=Standing.WARNING, sentence=sentence, cure=cure)


def broken(name: str, sentence: str, cure: str = "") -> Step:
    """A step at which calls end."""
    return Step(name=name, standing=Standing.BROKEN, sentence=sentence, cure=cure)


def count(number: int, what: str) -> str:
    """ "1 task", "2 tasks"."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def listed(names: Sequence[str], most: int = 5) -> str:
    """ "cats, dogs and 3 more"."""
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more"
