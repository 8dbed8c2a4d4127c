"""The instant and the chance a decision is made with; both come in as arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

_ALNUM = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class Moment:
    """When something is decided, and the source of new ids.

    ``now`` is epoch seconds. ``token(n)`` gives ``n`` random bytes, so that a test can
    hand in a counted sequence and get the same ids each run.
    """

    now: float
    token: Callable[[int], bytes]

    def time(self) -> datetime:
        """This instant as an aware datetime in UTC, to the millisecond as AWS gives it."""
        return datetime.fromtimestamp(round(self.now, 3), UTC)

    def hex(self, length: int) -> str:
        """A new id of ``length`` lower-case hexadecimal digits, as task ids are."""
        return self.token((length + 1) // 2).hex()[:length]

    def digits(self, length: int) -> str:
        """A new id of ``length`` decimal digits, as deployment ids are."""
        return "".join(str(byte % 10) for byte in self.token(length))

    def alnum(self, length: int) -> str:
        """A new id of ``length`` lower-case letters and digits, as Cloud Map ids are."""
        return "".join(_ALNUM[byte % 36] for byte in self.token(length))

    def uuid(self) -> str:
        """A new id in UUID form, as service event ids are."""
        raw = self.hex(32)
        return f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:]}"
