"""Many proxies in one process: each holds an ADS stream open, takes everything, and says so.

Says one JSON line when all have their first configuration, and from then on one for every line
it is told: the time (``time.monotonic()``) by which each proxy had got the next endpoint update.
Messages are read and written byte by byte where it matters, so that the clients cost less than
the server they measure.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator

import grpc
import grpc.aio
import uvloop

from seaway.core.mesh.snapshot import Kind
from seaway.mesh import protobuf
from seaway.mesh.protobuf import ADS_METHOD, discovery_pb2

STREAMS_PER_CHANNEL = 50


def scan(message: bytes) -> tuple[str, str]:
    """(type_url, nonce) of a DeltaDiscoveryResponse, without reading what is in it."""
    found = {4: "", 5: ""}
    position, end = 0, len(message)
    while position < end:
        key, position = _varint(message, position)
        if key & 7 != 2:  # the fields of this message are all length-delimited
            raise ValueError(f"field {key >> 3} has wire type {key & 7}")
        length, position = _varint(message, position)
        if key >> 3 in found:
            found[key >> 3] = message[position : position + length].decode()
        position += length
    return found[4], found[5]


def _varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7


class SimulatedProxy:
    """One stream."""

    def __init__(self, node: str) -> None:
        self._node = node
        self._outbox: asyncio.Queue[bytes] = asyncio.Queue()
        self.updates = 0
        self.last = 0.0
        self.settled = asyncio.Event()

    async def run(self, channel: grpc.aio.Channel) -> None:
        """Talk until cancelled."""
        call = channel.stream_stream(ADS_METHOD)(self._requests())
        for kind in (Kind.CLUSTERS, Kind.LISTENERS):
            self._outbox.put_nowait(self._request(kind, with_node=True))
        async for message in call:
            now = time.monotonic()
            type_url, nonce = scan(message)
            kind = Kind(type_url)
            if kind is Kind.ENDPOINTS:
                self.updates += 1
                self.last = now
            self._take(kind, nonce, message)

    async def _requests(self) -> AsyncIterator[bytes]:
        while True:
            yield await self._outbox.get()

    def _take(self, kind: Kind, nonce: str, message: bytes) -> None:
        self._outbox.put_nowait(self._request(kind, nonce=nonce))
        if kind in (Kind.CLUSTERS, Kind.LISTENERS):
            response = discovery_pb2.DeltaDiscoveryResponse.FromString(message)
            needs = Kind.ENDPOINTS if kind is Kind.CLUSTERS else Kind.ROUTES
            names = [self._need(kind, resource) for resource in response.resources]
            self._outbox.put_nowait(self._request(needs, names=names))
        elif kind is Kind.ROUTES:
            self.settled.set()

    def _need(self, kind: Kind, resource: object) -> str:
        if kind is Kind.CLUSTERS:
            return str(resource.name)  # type: ignore[attr-defined]
        body = protobuf.message_dict(resource.resource.SerializeToString())  # type: ignore[attr-defined]
        filters = body["filter_chains"][0]["filters"]
        (manager,) = (f["typed_config"] for f in filters if "rds" in f["typed_config"])
        return str(manager["rds"]["route_config_name"])

    def _request(
        self,
        kind: Kind,
        *,
        nonce: str = "",
        names: list[str] | None = None,
        with_node: bool = False,
    ) -> bytes:
        message = discovery_pb2.DeltaDiscoveryRequest(
            type_url=kind.value, response_nonce=nonce, resource_names_subscribe=names or ()
        )
        if with_node:
            message.node.id = self._node
        return bytes(message.SerializeToString())


async def simulate(path: str, first: int, count: int) -> None:
    """Hold the streams; answer lines."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    proxies = [SimulatedProxy(f"host-{number:05d}") for number in range(first, first + count)]
    options = [("grpc.use_local_subchannel_pool", 1)]
    channels = [
        grpc.aio.insecure_channel(f"unix:{path}", options=options)
        for _ in range(-(-count // STREAMS_PER_CHANNEL))
    ]
    jobs = [
        asyncio.create_task(proxy.run(channels[number // STREAMS_PER_CHANNEL]))
        for number, proxy in enumerate(proxies)
    ]
    await asyncio.gather(*(proxy.settled.wait() for proxy in proxies))
    print(json.dumps({"ready": count}), flush=True)
    wanted = 1
    while await reader.readline():
        wanted += 1
        while any(proxy.updates < wanted for proxy in proxies):
            await asyncio.sleep(0.005)
        times = sorted(proxy.last for proxy in proxies)
        print(
            json.dumps({"first": times[0], "middle": times[count // 2], "last": times[-1]}),
            flush=True,
        )
    for job in jobs:
        job.cancel()


if __name__ == "__main__":
    uvloop.run(simulate(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
