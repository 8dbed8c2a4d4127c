"""A server that answers every request with the address it came to: ``python -m ... PORT``.

It listens on all addresses, so each address of 127/8 is an endpoint of its own.
"""

from __future__ import annotations

import asyncio
import sys
from typing import cast

import uvloop


class _Connection(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are not asyncio's by class.
        self._transport = cast(asyncio.Transport, transport)
        body = transport.get_extra_info("sockname")[0].encode()
        self._answer = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)
        self._rest = b""

    def data_received(self, data: bytes) -> None:
        *whole, self._rest = (self._rest + data).split(b"\r\n\r\n")
        self._transport.write(self._answer * len(whole))


async def serve(port: int) -> None:
    """For ever."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Connection, "0.0.0.0", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
