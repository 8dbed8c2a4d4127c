"""The HTTP side of what is inside a task: addresses, and the answer to each."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp import web

from seaway.agent.engine import EngineError
from seaway.agent.inside.protection import Told


class Unknown(Exception):
    """The id is of no container of the task that asks."""


class Answers(Protocol):
    """What can be told. ``token`` is a container's id; all raise Unknown for another's."""

    async def container(self, token: str, version: int) -> dict[str, Any]: ...
    async def task(self, token: str, version: int, *, tags: bool) -> dict[str, Any]: ...
    async def stats(self, token: str) -> dict[str, Any]: ...
    async def task_stats(self, token: str) -> dict[str, Any]: ...
    async def credentials(self, token: str, version: int) -> Told: ...
    async def read_protection(self, token: str) -> Told: ...
    async def write_protection(self, token: str, body: bytes) -> Told: ...


@dataclass(frozen=True, slots=True)
class _Kind:
    """A part of a container's metadata: what it is called in refusals, and its subject."""

    handler: str
    subject: str
    ask: Callable[[Answers, str, int], Awaitable[dict[str, Any]]]


_CONTAINER = "unable to get container ID from request: unable to get docker ID"
_TASK = "unable to get task arn from request: unable to get task Arn"
_KINDS = {
    "": _Kind("container metadata handler", _CONTAINER, lambda a, t, v: a.container(t, v)),
    "task": _Kind("task metadata handler", _TASK, lambda a, t, v: a.task(t, v, tags=False)),
    "taskWithTags": _Kind("task metadata handler", _TASK, lambda a, t, v: a.task(t, v, tags=True)),
    "stats": _Kind("container stats handler", _CONTAINER, lambda a, t, v: a.stats(t)),
    "task/stats": _Kind("task stats handler", _TASK, lambda a, t, v: a.task_stats(t)),
}


async def answer(answers: Answers, request: web.BaseRequest) -> web.Response:
    """Answer one request of a program inside a task."""
    match request.path.strip("/").split("/"):
        case [("v3" | "v4") as version, token, *rest] if "/".join(rest) in _KINDS:
            if request.method not in ("GET", "HEAD"):
                return _text("Method Not Allowed", 405)
            return await _metadata(answers, token, int(version[1]), _KINDS["/".join(rest)])
        case ["v2", "credentials"]:
            return await _credentials(answers, "", 2)
        case ["v2", "credentials", token]:
            return await _credentials(answers, token, 2)
        case ["v1", "credentials"]:
            return await _credentials(answers, request.query.get("id", ""), 1)
        case ["api", token, "task-protection", "v1", "state"]:
            return await _protection(answers, token, request)
    return _text("404 page not found", 404)


async def _metadata(answers: Answers, token: str, version: int, kind: _Kind) -> web.Response:
    try:
        return _json(await kind.ask(answers, token, version))
    except Unknown:
        text = f"V{version} {kind.handler}: {kind.subject} from v3 endpoint ID: {token}"
        return _json(text, 404)
    except EngineError as error:
        return _json(f"V{version} {kind.handler}: {error.message}", 500)


async def _credentials(answers: Answers, token: str, version: int) -> web.Response:
    status, shape = await answers.credentials(token, version)
    return _json(shape, status)


async def _protection(answers: Answers, token: str, request: web.BaseRequest) -> web.Response:
    if request.method == "GET":
        status, shape = await answers.read_protection(token)
    elif request.method == "PUT":
        status, shape = await answers.write_protection(token, await request.read())
    else:
        return _text("Method Not Allowed", 405)
    return _json(shape, status)


def _json(shape: Any, status: int = 200) -> web.Response:
    return web.Response(
        text=json.dumps(shape), status=status, headers={"Content-Type": "application/json"}
    )


def _text(text: str, status: int) -> web.Response:
    return web.Response(text=text, status=status)
