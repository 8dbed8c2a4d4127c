"""The gRPC server Envoys talk to: ADS out, metrics in. Bytes go through ``protobuf.py`` only."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio

from seaway.core.mesh.envoy import NODE_HEADER
from seaway.core.mesh.snapshot import Snapshot, difference
from seaway.mesh import protobuf
from seaway.mesh.stream import Accepted, Observation, Rejected, Response, Stream
from seaway.mesh.telemetry import TrafficSample, traffic_samples

log = logging.getLogger(__name__)

OnAck = Callable[[str, Accepted], None]
OnNack = Callable[[str, Rejected], None]
OnTraffic = Callable[[str, Sequence[TrafficSample]], None]

RETRY_SECONDS = 10.0
"""Between offers of what a proxy refuses: a port that was taken may be free by now."""


@dataclass(slots=True, eq=False)
class _Line:
    """What we know of one node: its target, and the conversation that is open, if any."""

    target: Snapshot | None = None
    waiting: set[str] = field(default_factory=set)  # versions published, not accepted yet
    session: _Session | None = None
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    watched: int = 0  # by how many; of a thousand hosts that take something in, few are


@dataclass(slots=True, eq=False)
class _Session:
    stream: Stream
    outbox: asyncio.Queue[Response] = field(default_factory=asyncio.Queue)

    def send(self, responses: Sequence[Response]) -> None:
        for response in responses:
            self.outbox.put_nowait(response)


class MeshServer:
    """Serves every connected proxy the last snapshot published for it.

    A proxy that connects before its first snapshot is kept waiting and goes on with what it has.
    The callbacks run on the event loop and must be quick.
    """

    def __init__(
        self,
        *,
        on_ack: OnAck | None = None,
        on_nack: OnNack | None = None,
        on_traffic: OnTraffic | None = None,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._on_ack = on_ack
        self._on_nack = on_nack
        self._on_traffic = on_traffic
        self._retry_seconds = retry_seconds
        self._retries: asyncio.Task[None] | None = None
        self._recovered: list[Callable[[], None]] = []
        self._lines: dict[str, _Line] = {}
        self._serializer = protobuf.Serializer()
        self._server: grpc.aio.Server | None = None
        self.port = 0

    async def start(self, path: str, address: str | None = None) -> None:
        """Listen on a unix socket, and on ``host:port`` too if given (port 0: see ``.port``)."""
        server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        server.add_generic_rpc_handlers((_Methods(self._converse, self._take_metrics),))
        server.add_insecure_port(f"unix:{path}")
        if address is not None:
            self.port = server.add_insecure_port(address)
        await server.start()
        self._server = server
        self._retries = asyncio.create_task(self._retry(), name="refused")

    async def stop(self) -> None:
        """Close all streams; the proxies go on with what they have."""
        if self._retries is not None:
            self._retries.cancel()
            self._retries = None
        if self._server is not None:
            await self._server.stop(grace=None)
            self._server = None

    def when_recovered(self, told: Callable[[], None]) -> None:
        """Have it called when a proxy has taken something that it had refused."""
        self._recovered.append(told)

    async def publish(self, snapshot: Snapshot) -> None:
        """Make this the node's target and send at once what has changed.

        Raises MalformedResource, and then all stays as it was.
        """
        line = self._line(snapshot.node)
        if line.target is not None and line.target.version == snapshot.version:
            return
        self._serializer.prepare(difference(line.target, snapshot).changed)
        line.target = snapshot
        line.waiting.add(snapshot.version)
        if line.session is not None:
            responses = line.session.stream.publish(snapshot)
            line.session.send(responses)
            if not responses:
                await self._settle(line)

    async def accepted(self, node: str, version: str) -> tuple[Rejected, ...]:
        """Wait until the proxy has this publication, or a later one, and say what it refused.

        Waits for as long as the proxy is not connected; put a timeout around it.
        """
        line = self._line(node)
        line.watched += 1
        try:
            async with line.changed:
                await line.changed.wait_for(lambda: version not in line.waiting)
        finally:
            line.watched -= 1
        return self.rejections(node)

    def connected(self, node: str) -> bool:
        """Whether the node's proxy has a stream open."""
        return self._line(node).session is not None

    def rejections(self, node: str) -> tuple[Rejected, ...]:
        """What of its target the node's proxy refuses now."""
        session = self._line(node).session
        return session.stream.rejections if session else ()

    def target(self, node: str) -> Snapshot | None:
        """What the node's proxy should have: what was published for it last."""
        return self._line(node).target

    def settled(self, node: str) -> bool:
        """Whether the node's proxy has answered to all that was published for it."""
        line = self._line(node)
        return line.session is not None and not line.waiting

    def _line(self, node: str) -> _Line:
        return self._lines.setdefault(node, _Line())

    async def _settle(self, line: _Line) -> None:
        """Let those go who wait for a publication the proxy has by now."""
        session = line.session
        if session is None or session.stream.target is not line.target:
            return
        if line.waiting and session.stream.settled:
            line.waiting.clear()
            if line.watched:
                async with line.changed:
                    line.changed.notify_all()

    async def _converse(self, requests: AsyncIterator[bytes], context: Any) -> None:
        """One ADS stream, from Envoy's first request until it goes."""
        first = await anext(requests, None)
        if first is None:
            return
        node, request = protobuf.read_request(first)
        line = self._line(node)
        session = line.session = _Session(Stream(line.target))
        log.info("proxy %s connected", node)
        writer = asyncio.create_task(self._write(session, context))
        # A proxy that can't be written to is not read from any more either.
        stop = _cancelling(asyncio.current_task())
        writer.add_done_callback(stop)
        try:
            while True:
                if request is not None:
                    session.send(session.stream.receive(request))
                    self._report(node, session.stream.observed())
                    await self._settle(line)
                received = await anext(requests, None)
                if received is None:
                    break
                _, request = protobuf.read_request(received)
        except asyncio.CancelledError:
            if writer.done():
                writer.result()
            raise
        finally:
            writer.remove_done_callback(stop)
            writer.cancel()
            if line.session is session:
                line.session = None
            log.info("proxy %s disconnected", node)

    async def _retry(self) -> None:
        while True:
            await asyncio.sleep(self._retry_seconds)
            for line in self._lines.values():
                if line.session is not None and line.session.stream.rejections:
                    line.session.send(line.session.stream.try_again())

    async def _write(self, session: _Session, context: Any) -> None:
        while True:
            response = await session.outbox.get()
            await context.write(self._serializer.response(response))

    def _report(self, node: str, observed: Sequence[Observation]) -> None:
        for observation in observed:
            match observation:
                case Accepted(recovered=recovered):
                    if recovered:
                        log.info("proxy %s takes what it had refused", node)
                        for told in self._recovered:
                            told()
                    if self._on_ack is not None:
                        self._on_ack(node, observation)
                case Rejected(kind=kind, name=name, error=error):
                    log.warning("proxy %s refuses %s %s: %s", node, kind.name, name, error)
                    if self._on_nack is not None:
                        self._on_nack(node, observation)

    async def _take_metrics(self, serialised: bytes, context: Any) -> bytes:
        if self._on_traffic is not None:
            node = dict(context.invocation_metadata() or ()).get(NODE_HEADER, "")
            samples = traffic_samples(protobuf.read_metrics(serialised))
            self._on_traffic(str(node), samples)
        return protobuf.METRICS_TAKEN


def _cancelling(job: asyncio.Task[Any] | None) -> Callable[[object], None]:
    assert job is not None

    def stop(_: object) -> None:
        job.cancel()

    return stop


class _Methods(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Two methods by name, with bytes in and out: no generated service code, no second copy."""

    def __init__(self, converse: Any, take_metrics: Any) -> None:
        self._methods = {
            protobuf.ADS_METHOD: grpc.stream_stream_rpc_method_handler(converse),
            protobuf.METRICS_METHOD: grpc.unary_unary_rpc_method_handler(take_metrics),
        }

    def service(self, handler_call_details: Any) -> Any:
        return self._methods.get(handler_call_details.method)
