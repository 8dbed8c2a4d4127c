"""Who asks, where, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from seaway.core.moment import Moment
from seaway.core.names import Place, place_of

DEFAULT_ACCOUNT = "000000000000"
DEFAULT_REGION = "us-east-1"


def _nowhere(file: str) -> bytes:
    raise FileNotFoundError(file)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request's circumstances, handed to its handler.

    ``host`` is the address clients reach Seaway under (``name:port``), for answers that
    hand out addresses of ours, such as an ECR repository's URI. ``read`` gives the bytes of an
    object's file, for what is named by its address in S3; it raises OSError.
    """

    account: str
    region: str
    moment: Moment
    request_id: str
    access_key: str = ""
    host: str = "localhost:4566"
    read: Callable[[str], bytes] = _nowhere

    def arn(self, service: str, resource: str) -> str:
        """An ARN of ``service`` in the caller's region and account."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    @property
    def place(self) -> Place:
        """The caller's account and region."""
        return Place(account=self.account, region=self.region)


class _Placed(Protocol):
    @property
    def arn(self) -> str: ...


R = TypeVar("R", bound=_Placed)


def here(call: Call, found: Iterable[R]) -> list[R]:
    """Those of the caller's account and region."""
    return [one for one in found if place_of(one.arn) == call.place]
