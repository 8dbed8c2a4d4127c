"""How functions are called: by deployment hooks, rules and schedules, and through Lambda's API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class FunctionMissing(Exception):
    """There is no function of this name or ARN, here or at the Lambda we hand over to."""


class FunctionError(Exception):
    """The function was called and failed; ``payload`` is what it says of it (JSON).

    ``kind`` is Lambda's: ``Unhandled`` for an exception, a time-out or a process that died.
    """

    def __init__(self, message: str, payload: bytes = b"", kind: str = "Unhandled") -> None:
        super().__init__(message)
        self.payload = payload
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call: the answer, or with ``error`` (Lambda's kind) what went wrong.

    ``log`` is the end of what the function wrote meanwhile.
    """

    payload: bytes
    error: str | None = None
    log: bytes = b""


class Functions(Protocol):
    """Whoever runs functions."""

    async def invoke(self, function: str, payload: bytes) -> bytes:
        """Call a function, given by ARN or name, and wait for its answer (both JSON).

        A name without account and region is one of the installation's own place.
        Raises FunctionMissing and FunctionError.
        """

    async def call(self, function: str, payload: bytes) -> Outcome:
        """The same, with all that is to be known of it. Raises FunctionMissing."""
