"""The name server as a process: `python -m seaway.dns`. Started by ``process.NameServerProcess``.

It outlives the control plane, so that names go on resolving in running tasks.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import logging
import os
import signal
from pathlib import Path

from seaway.dns.server import PORT, NameServer
from seaway.dns.upstream import Server, Upstream

RESOLV_CONF = Path("/etc/resolv.conf")


def main() -> None:
    """Serve until told to stop (SIGTERM, SIGINT)."""
    reader = argparse.ArgumentParser(prog="seaway.dns")
    reader.add_argument("--book", type=Path, required=True)
    reader.add_argument("--serving", type=Path, required=True)
    reader.add_argument("--machine", type=_server, help="where the machine's programs ask")
    reader.add_argument("--port", type=int, default=PORT, help="the VPCs' resolvers' port")
    reader.add_argument("--upstream", type=_server, action="append", default=[])
    reader.add_argument("--identity", help="tells processes of other settings apart")
    given = reader.parse_args()
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    gc.freeze()
    upstream = Upstream(RESOLV_CONF, os.urandom, tuple(given.upstream))
    server = NameServer(
        given.book, given.serving, upstream, os.urandom, given.machine, port=given.port
    )
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_until_told(server))


async def _until_told(server: NameServer) -> None:
    job = asyncio.ensure_future(server.run())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, job.cancel)
    await job


def _server(text: str) -> Server:
    address, _, port = text.rpartition(":")
    return address, int(port)


if __name__ == "__main__":
    main()
