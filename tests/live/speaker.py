"""A program for containers that speaks gRPC, HTTP, WebSocket and raw TCP, as server or as caller.

``speaker.py serve`` listens on all of PORTS; the other words call and print what they got as
JSON. Every server says its host name, so callers can count who answered.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import time
from collections import Counter
from typing import Any

import grpc
import grpc.aio
from aiohttp import ClientSession, WSMsgType, web

PORTS = {
    "grpc": 50051,
    "calls": 50052,
    "web": 8080,
    "chat": 8082,
    "vault": 8083,
    "front": 8084,
    "raw": 7000,
}
ME = socket.gethostname()


# Serving


async def serve() -> None:
    """Listen until killed."""
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((_handlers(),))
    for name in ("grpc", "calls"):
        server.add_insecure_port(f"0.0.0.0:{PORTS[name]}")
    await server.start()
    raw = await asyncio.start_server(_echo, "0.0.0.0", PORTS["raw"])
    app = web.Application()
    answers = {"/ws": _talk, "/slow": _slow, "/headers": _tell, "/fail": _break}
    app.add_routes([web.get(path, answer) for path, answer in answers.items()])
    runner = web.AppRunner(app)
    await runner.setup()
    for name in (
        "chat",
        "vault",
        "front",
        "web",
    ):  # who answers at the last one answers at all of them
        await web.TCPSite(runner, "0.0.0.0", PORTS[name]).start()
    await raw.serve_forever()


def _handlers() -> grpc.GenericRpcHandler:
    return grpc.method_handlers_generic_handler(
        "seaway.Speaker",
        {
            "Who": grpc.unary_unary_rpc_method_handler(_who),
            "Count": grpc.unary_stream_rpc_method_handler(_count),
            "Drip": grpc.unary_stream_rpc_method_handler(_drip),
            "Chat": grpc.stream_stream_rpc_method_handler(_chat),
            "Fail": grpc.unary_unary_rpc_method_handler(_fail),
        },
    )


async def _who(request: bytes, context: Any) -> bytes:
    return ME.encode()


async def _count(request: bytes, context: Any) -> Any:
    for number in range(int(request)):
        yield f"{ME} {number}".encode()


async def _drip(request: bytes, context: Any) -> Any:
    for number in range(int(request)):
        yield f"{ME} {number}".encode()
        await asyncio.sleep(1)


async def _chat(requests: Any, context: Any) -> Any:
    async for said in requests:
        yield ME.encode() + b" " + said


async def _fail(request: bytes, context: Any) -> bytes:
    await context.abort(grpc.StatusCode.FAILED_PRECONDITION, "not today")
    return b""


async def _tell(request: web.Request) -> web.Response:
    peer = {"peer": request.remote}
    return web.json_response(
        {name.lower(): value for name, value in request.headers.items()} | peer
    )


async def _break(request: web.Request) -> web.Response:
    return web.Response(status=500)


async def _slow(request: web.Request) -> web.Response:
    await asyncio.sleep(float(request.query["seconds"]))
    return web.Response(text=ME)


async def _talk(request: web.Request) -> web.WebSocketResponse:
    talk = web.WebSocketResponse()
    await talk.prepare(request)
    async for said in talk:
        if said.type is WSMsgType.TEXT:
            await talk.send_str(f"{ME} {said.data}")
    return talk


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.readline():
        writer.write(ME.encode() + b" " + line)
        await writer.drain()
    writer.close()


# Calling


async def unary(target: str, times: int) -> Any:
    """Calls one after the other on one channel: who answered how many."""
    async with grpc.aio.insecure_channel(target) as channel:
        who = channel.unary_unary("/seaway.Speaker/Who")
        return Counter([(await who(b"")).decode() for _ in range(times)])


async def streams(target: str, times: int) -> Any:
    """Server streams and conversations on one channel: the servers' names of each."""
    async with grpc.aio.insecure_channel(target) as channel:
        counted = []
        for _ in range(times):
            call = channel.unary_stream("/seaway.Speaker/Count")(b"50")
            counted.append([said.decode().split() async for said in call])
        chat = channel.stream_stream("/seaway.Speaker/Chat")()
        said = []
        for number in range(times):
            # Each answer is waited for: nothing on the way may hold messages back.
            await chat.write(str(number).encode())
            said.append((await chat.read()).decode().split())
        await chat.done_writing()
        return {"counted": counted, "said": said}


async def status(target: str) -> Any:
    """The status and the words of a call that fails at the server."""
    async with grpc.aio.insecure_channel(target) as channel:
        try:
            await channel.unary_unary("/seaway.Speaker/Fail")(b"")
        except grpc.aio.AioRpcError as error:
            return [error.code().name, error.details()]
    return []


async def drip(target: str, times: int) -> Any:
    """A server stream of a message a second, so many: how many came, and the status then."""
    came = 0
    async with grpc.aio.insecure_channel(target) as channel:
        try:
            async for _ in channel.unary_stream("/seaway.Speaker/Drip")(str(times).encode()):
                came += 1
        except grpc.aio.AioRpcError as error:
            return {"came": came, "status": error.code().name}
    return {"came": came, "status": "OK"}


async def slow(target: str, times: int) -> Any:
    """A request that the server answers after so many seconds: its status, and how long it took."""
    began = time.monotonic()
    url = f"http://{target}/slow?seconds={times}"
    async with ClientSession() as session, session.get(url) as answer:
        return {"status": answer.status, "seconds": time.monotonic() - began}


async def websocket(target: str, times: int) -> Any:
    """So many connections, five messages on each: the answers of each."""
    talks = []
    async with ClientSession() as session:
        for _ in range(times):
            async with session.ws_connect(f"http://{target}/ws") as talk:
                answers = []
                for number in range(5):
                    await talk.send_str(str(number))
                    answers.append((await talk.receive_str()).split())
                talks.append(answers)
    return talks


async def patience(target: str, times: int) -> Any:
    """How long a silent WebSocket stays open, up to so many seconds; and whether it still works."""
    async with ClientSession() as session, session.ws_connect(f"http://{target}/ws") as talk:
        began = time.monotonic()
        try:
            async with asyncio.timeout(times):
                await talk.receive()
        except TimeoutError:
            await talk.send_str("still there")
            answer = await talk.receive(timeout=5)
            return {"seconds": times, "works": answer.type is WSMsgType.TEXT}
        return {"seconds": time.monotonic() - began, "works": False}


async def raw(target: str, times: int) -> Any:
    """So many connections, three lines on each: the answers of each."""
    host, port = target.split(":")
    talks = []
    for _ in range(times):
        reader, writer = await asyncio.open_connection(host, int(port))
        answers = []
        for number in range(3):
            writer.write(f"{number}\n".encode())
            answers.append((await reader.readline()).decode().split())
        writer.close()
        await writer.wait_closed()
        talks.append(answers)
    return talks


async def everything(target: str, times: int) -> Any:
    """All of the short ones, one after the other, to the ports of this host name."""
    return {
        "grpc": await unary(f"{target}:{PORTS['grpc']}", 40),
        "http2": await unary(f"{target}:{PORTS['calls']}", 40),
        "streams": await streams(f"{target}:{PORTS['grpc']}", 4),
        "status": await status(f"{target}:{PORTS['grpc']}"),
        "websocket": await websocket(f"{target}:{PORTS['web']}", 8),
        "raw": await raw(f"{target}:{PORTS['raw']}", 10),
    }


CALLS = {
    "everything": everything,
    "drip": drip,
    "slow": slow,
    "patience": patience,
}

if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(serve())
    else:
        print(json.dumps(asyncio.run(CALLS[sys.argv[1]](sys.argv[2], int(sys.argv[3])))))
