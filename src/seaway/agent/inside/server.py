"""Serves what is inside tasks: one pair of sockets per namespace, one for the machine's own."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from seaway.agent.engine import Engine
from seaway.agent.inside.address import ADDRESS, API_LISTENING, API_PORT, LISTENING
from seaway.agent.inside.credentials import RoleKeyring
from seaway.agent.inside.door import ApiDoor
from seaway.agent.inside.endpoint import answer
from seaway.agent.inside.environment import Found, Pairs, environment
from seaway.agent.inside.listening import listen_inside, listen_on_loopback
from seaway.agent.inside.passes import passes_of
from seaway.agent.inside.stats import StatsWatch
from seaway.agent.inside.tasks import Known, OwnAnswers
from seaway.agent.inside.view import View
from seaway.core.moment import Moment
from seaway.core.task_definition import ContainerDefinition
from seaway.link.asking import ControlPlane
from seaway.link.messages import Assignment

_PORT_FILE = "inside-port"
_LAST_WORDS = 1.0
"""Seconds that answers under way have when a namespace goes."""


class Inside:
    """What programs inside this host's tasks find.

    ``api`` is the control plane's socket for requests from tasks, ``host_api`` the URL under
    which programs that share the machine's network reach the API. ``directory`` is where the
    port is kept that tasks in host mode were told.
    """

    def __init__(
        self,
        engine: Engine,
        control: ControlPlane,
        moment: Callable[[], Moment],
        *,
        directory: Path,
        api: Path | None = None,
        host_api: str | None = None,
    ) -> None:
        self._engine = engine
        self._control = control
        self._moment = moment
        self._directory = directory
        self._api = api
        self._host_api = host_api
        self._keyring = RoleKeyring(control, lambda: moment().now)
        self._stats = StatsWatch(engine, lambda: moment().now)
        self._tasks: dict[str, Known] = {}
        self._doors: dict[tuple[str, str], _Namespace] = {}
        self._loopback: _Namespace | None = None
        self._loopback_port = 0
        self._opening = asyncio.Lock()

    def know(self, directory: Path, view: Callable[[], View]) -> None:
        """Take a task in; ``directory`` is its own, where its ids are kept."""
        task = view().assignment
        if task.task not in self._tasks:
            names = [container.name for container in task.containers]
            self._tasks[task.task] = Known(passes_of(directory, names, self._moment()), view)

    async def check_role(self, task: Assignment) -> None:
        """Have keys of the task's role before it starts. Raises CannotFetch."""
        if task.task_role is not None:
            await self._keyring.keys(task.task, task.task_role)

    async def open(self, task: str, space: str, sandbox: str) -> None:
        """Be there in a namespace of a known task; nothing to do when we are already.

        Raises OSError.
        """
        if (task, space) in self._doors or task not in self._tasks:
            return
        self._doors[task, space] = door = _Namespace(self._answers(lambda: self._only(task)))
        has_api = self._api is not None and self._role_of(task) is not None
        ports = (LISTENING, API_LISTENING) if has_api else (LISTENING,)
        try:
            await door.open(await listen_inside(sandbox, ports), self._api)
        except BaseException:
            self._doors.pop((task, space), None)
            raise

    async def resume(self) -> None:
        """Be there again for what an agent before this one has told its tasks. Raises OSError."""
        if (self._directory / _PORT_FILE).exists():
            await self.open_on_machine()

    async def open_on_machine(self) -> None:
        """Be there for tasks that share the machine's network. Raises OSError."""
        async with self._opening:
            if self._loopback is not None:
                return
            kept = self._directory / _PORT_FILE
            listener = listen_on_loopback(int(kept.read_text()) if kept.exists() else 0)
            self._loopback_port = listener.getsockname()[1]
            kept.parent.mkdir(parents=True, exist_ok=True)
            # In one step: an agent that is killed here must not find an empty file.
            beside = kept.with_suffix(".new")
            beside.write_text(str(self._loopback_port))
            beside.replace(kept)
            self._loopback = _Namespace(self._answers(self._of_machine))
            await self._loopback.open([listener], None)

    def environment(self, task: Assignment, container: ContainerDefinition) -> Pairs:
        """What a container of a known task is told of all this; nothing without a network."""
        known = self._tasks[task.task]
        if task.network_mode == "none" or container.disable_networking:
            return ()
        on_machine = task.network_mode == "host"
        base = f"http://127.0.0.1:{self._loopback_port}" if on_machine else f"http://{ADDRESS}"
        api = f"http://{ADDRESS}:{API_PORT}" if self._api else None
        found = Found(
            base=base,
            token=known.passes.of(container.name),
            credentials=known.passes.credentials if task.task_role else None,
            api=self._host_api if on_machine else api,
            is_loopback=on_machine,
        )
        return environment(task, found)

    async def close(self, task: str) -> None:
        """The task is over: its namespaces are left and its ids are nobody's any more."""
        known = self._tasks.pop(task, None)
        self._keyring.forget(task)
        for container in known.view().containers.values() if known else ():
            self._stats.forget(container)
        for key in [key for key in self._doors if key[0] == task]:
            await self._doors.pop(key).close()

    async def close_all(self) -> None:
        """The agent ends, its tasks go on."""
        for door in (*self._doors.values(), *([self._loopback] if self._loopback else ())):
            await door.close()
        self._doors.clear()
        self._loopback = None

    def _answers(self, tasks: Callable[[], tuple[Known, ...]]) -> OwnAnswers:
        return OwnAnswers(self._engine, self._control, self._keyring, self._stats, tasks)

    def _only(self, task: str) -> tuple[Known, ...]:
        known = self._tasks.get(task)
        return (known,) if known else ()

    def _of_machine(self) -> tuple[Known, ...]:
        return tuple(k for k in self._tasks.values() if k.view().assignment.network_mode == "host")

    def _role_of(self, task: str) -> str | None:
        return self._tasks[task].view().assignment.task_role


class _Namespace:
    """Our sockets in one namespace, and what answers there."""

    def __init__(self, answers: OwnAnswers) -> None:
        async def handle(request: web.BaseRequest) -> web.Response:
            return await answer(answers, request)

        self._runner = web.ServerRunner(
            web.Server(handle, access_log=None), shutdown_timeout=_LAST_WORDS
        )
        self._api: ApiDoor | None = None

    async def open(self, listeners: list[socket.socket], api: Path | None) -> None:
        """Serve from these: the endpoint, then the API if there is a second one."""
        await self._runner.setup()
        await web.SockSite(self._runner, listeners[0]).start()
        if len(listeners) > 1 and api is not None:
            self._api = ApiDoor(api)
            await self._api.open(listeners[1])

    async def close(self) -> None:
        """Leave the namespace."""
        await self._runner.cleanup()
        if self._api is not None:
            await self._api.close()
