"""What it takes to speak a service's API: handlers, codecs, constraints, paths; kept once made."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping

from seaway.aws.model import Models, Service
from seaway.aws.operation import Handler
from seaway.aws.wire.cbor import CborCodec
from seaway.aws.wire.constraints import Constraints
from seaway.aws.wire.ec2 import Ec2Codec
from seaway.aws.wire.json import JsonCodec
from seaway.aws.wire.protocol import Codec, Wire
from seaway.aws.wire.query import QueryCodec
from seaway.aws.wire.rest_json import RestJsonCodec
from seaway.aws.wire.routing import Router

_CODECS: dict[Wire, Callable[[Service], Codec]] = {
    Wire.JSON: JsonCodec,
    Wire.CBOR: CborCodec,
    Wire.QUERY: QueryCodec,
    Wire.EC2: Ec2Codec,
    Wire.REST_JSON: RestJsonCodec,
}


class Speaking:
    """The services of ``operations`` (handlers by service and operation).

    Each is loaded with its first request, as most are never asked for anything.
    """

    def __init__(
        self, operations: Mapping[str, Mapping[str, Handler]], models: Models | None
    ) -> None:
        self._operations = operations
        self.models = models or Models(operations)
        self._codecs: dict[tuple[str, Wire], Codec] = {}
        self._constraints: dict[str, Constraints] = {}
        self._routers: dict[str, Router] = {}
        self._prepared: set[tuple[str, Wire]] = set()
        self._preparing = threading.Lock()

    def knows(self, service: str) -> bool:
        """Whether a service is answered at all; loads nothing."""
        return service in self._operations

    async def prepare(self, service: str | None, wire: Wire) -> None:
        """Have all of a service loaded that a request on this wire needs.

        Package and model take up to half a second; others are answered meanwhile.
        """
        if (service, wire) in self._prepared or service is None or not self.knows(service):
            return
        await asyncio.to_thread(self._load, service, wire)
        self._prepared.add((service, wire))

    def _load(self, service: str, wire: Wire) -> None:
        # One by one: two that load at once would both take twice as long, and read models twice.
        with self._preparing:
            self.handler(service, "")
            self.codec(service, wire)
            self.constraints(service)
            if wire is Wire.REST_JSON:
                self.router(service)

    def handler(self, service: str, operation: str) -> Handler | None:
        """Who answers an operation; None when nobody does."""
        return self._operations[service].get(operation) if self.knows(service) else None

    def codec(self, service: str, wire: Wire) -> Codec | None:
        """How a known service is read and written on a wire; None when it is not spoken there."""
        found = self._codecs.get((service, wire))
        if found is None and wire in _CODECS:
            model = self.models.service(service)
            if wire.value in model.protocols:
                found = self._codecs[service, wire] = _CODECS[wire](model)
        return found

    def constraints(self, service: str) -> Constraints:
        """What a known service's model demands of requests."""
        found = self._constraints.get(service)
        if found is None:
            found = self._constraints[service] = Constraints(self.models.service(service))
        return found

    def router(self, service: str) -> Router:
        """Which operation a path of a known service names."""
        found = self._routers.get(service)
        if found is None:
            found = self._routers[service] = Router(self.models.service(service))
        return found
