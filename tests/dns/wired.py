"""What the name server's tests share: a free port, and a resolver elsewhere to be asked."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

HOST = "127.0.0.1"


def free_port() -> int:
    """A port nobody has now, over UDP and TCP."""
    with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagram:
        stream.bind((HOST, 0))
        port: int = stream.getsockname()[1]
        datagram.bind((HOST, port))
        return port


@dataclass
class Elsewhere(asyncio.DatagramProtocol):
    """A resolver that knows www.example.com (10.9.9.9), and long.example over TCP only."""

    port: int = field(default_factory=free_port)
    asked: list[tuple[str, str]] = field(default_factory=list)
    transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert self.transport is not None
        self.transport.sendto(self.answer(data, "udp"), addr)

    def answer(self, wire: bytes, way: str) -> bytes:
        query = dns.message.from_wire(wire)
        reply = dns.message.make_response(query, recursion_available=True)
        name = query.question[0].name.to_text().lower()
        self.asked.append((name, way))
        if name == "www.example.com.":
            reply.answer.append(dns.rrset.from_text(name, 30, "IN", "A", "10.9.9.9"))
        elif name == "long.example." and way == "tcp":
            many = [f"10.9.{number // 250}.{number % 250}" for number in range(600)]
            reply.answer.append(dns.rrset.from_text(name, 30, "IN", "A", *many))
        elif name == "long.example.":
            reply.flags |= dns.flags.TC
        else:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire(max_size=65535)

    async def _by_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire = await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
        answer = self.answer(wire, "tcp")
        writer.write(len(answer).to_bytes(2, "big") + answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._by_tcp, HOST, self.port)
        await loop.create_datagram_endpoint(lambda: self, local_addr=(HOST, self.port))
        try:
            yield
        finally:
            assert self.transport is not None
            self.transport.close()
            server.close()
            await server.wait_closed()
