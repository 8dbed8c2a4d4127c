"""Lambda's functions: what is run, and how it may be called."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from seaway.core.names import Place, Tags

RUNTIME = re.compile(r"python3\.\d+")
"""What runs here; the machine's own Python stands in for the exact version if it lacks it."""

LONGEST_TIMEOUT = 900
"""Seconds (Lambda quotas)."""

MOST_ATTEMPTS = 3
RETRY_PAUSES = (60.0, 120.0)
"""Seconds between the attempts of an asynchronous call (Lambda guide: asynchronous errors)."""

_NAME = re.compile(
    r"(?:arn:[\w-]+:lambda:)?(?:(?P<region>[a-z]{2}(?:-[a-z]+)+-\d):)?(?:(?P<account>\d{12}):)?"
    r"(?:function:)?(?P<name>[A-Za-z0-9_-]+)(?::(?P<qualifier>\$LATEST|[A-Za-z0-9_-]+))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function as it is called now. ``timeout`` is seconds, ``memory`` MiB.

    Its code is a zip: ``code`` names a FunctionCode, or ``code_file`` an object's file.
    """

    arn: str
    name: str
    account: str
    region: str
    role: str
    runtime: str
    handler: str
    code_sha256: str
    """Base64, as Lambda shows it."""
    code_size: int
    modified_at: float
    revision: str
    code: str | None = None
    code_file: str | None = None
    timeout: int = 3
    memory: int = 128
    environment: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    description: str = ""
    log_group: str = ""
    """The log group it names itself; "" for ``/aws/lambda/<name>``."""
    architecture: str = "x86_64"
    permissions: tuple[tuple[str, str], ...] = ()
    """(statement id, statement as JSON) pairs of its policy."""
    tags: Tags = ()

    @property
    def group(self) -> str:
        """The log group it writes to."""
        return self.log_group or f"/aws/lambda/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionCode:
    """A zip that was handed in with a request; ``id`` is its SHA-256 in hexadecimal."""

    id: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedCall:
    """A call whose caller did not wait; it is made again when it fails."""

    id: str
    function: str
    payload: bytes = field(repr=False)
    due_at: float
    """Epoch seconds."""
    attempts: int = 0


def function_arn(place: Place, name: str) -> str:
    """The ARN of the function of this name."""
    return place.arn("lambda", f"function:{name}")


def named_function(text: str, here: Place) -> tuple[str, str | None] | None:
    """The ARN and qualifier of a function's name, partial ARN or ARN; None when it is none."""
    found = _NAME.fullmatch(text)
    if found is None:
        return None
    place = Place(account=found["account"] or here.account, region=found["region"] or here.region)
    return function_arn(place, found["name"]), found["qualifier"]
