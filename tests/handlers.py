"""Calls handlers the way the gateway does, each in one transaction of a store in memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from seaway.aws.call import Call
from seaway.aws.operation import Handler
from seaway.core.moment import Moment
from seaway.store.resident import Resident

ACCOUNT = "000000000000"
REGION = "us-east-1"


class Counted:
    """Chance that counts: the same ids each run, never one twice."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, length: int) -> bytes:
        self.number += 1
        return (
            (self.number * 0x9E3779B97F4A7C15 % (1 << 64))
            .to_bytes(8, "big")
            .ljust(length, b"\x11")[:length]
        )


class Api:
    """A store, a clock one sets, and operations by service and name."""

    def __init__(self, handlers: Iterable[Handler], store: Resident | None = None) -> None:
        self.handlers = {(handler.service, handler.name): handler for handler in handlers}
        self.store = store or Resident()
        self.now = 1_000_000.0
        self.token = Counted()

    @property
    def moment(self) -> Moment:
        return Moment(self.now, self.token)

    def call(self, region: str = REGION) -> Call:
        return Call(account=ACCOUNT, region=region, moment=self.moment, request_id="r")

    def __call__(self, service: str, operation: str, /, **request: Any) -> Any:
        with self.store.transaction() as tx:
            return self.handlers[service, operation](tx, self.call(), request)

    def ec2(self, operation: str, /, **request: Any) -> Any:
        return self("ec2", operation, **request)
