"""An engine that remembers: the protocol's second implementation, for stories without Docker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

from seaway.agent.engine import (
    ContainerSpec,
    Credentials,
    Details,
    EngineError,
    EngineFacts,
    EngineGone,
    Event,
    ImageFacts,
    Inspection,
    Listed,
    NetworkFacts,
    NetworkSpec,
    NotThere,
    OutputLine,
    Pairs,
    VolumeFacts,
    VolumeSpec,
)
from seaway.core.task import Health

FACTS = EngineFacts(
    version="20.10.24",
    cores=2,
    memory=8 << 30,
    architecture="amd64",
    cgroup_version=2,
    cgroup_driver="cgroupfs",
)


class FakeEngine:
    """Containers as they would be. ``done`` tells in order what was asked of them, by name.

    ``refuses`` holds errors to raise, by (verb, subject); ``images`` the images that are there,
    ``pullable`` those a pull would bring.
    """

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []
        self.refuses: dict[tuple[str, str], EngineError] = {}
        self.images: dict[str, ImageFacts] = {}
        self.pullable: dict[str, ImageFacts] = {}
        self.pulled_as: list[Credentials | None] = []
        self.lookups_that_fail = 0
        self.specs: dict[str, ContainerSpec] = {}
        self.state: dict[str, Inspection] = {}
        self.written: dict[str, list[OutputLine]] = {}
        self.made_networks: dict[str, NetworkSpec] = {}
        self.made_volumes: dict[str, VolumeSpec] = {}
        self._listeners: list[asyncio.Queue[Event | None]] = []
        self._changed = asyncio.Event()

    async def about(self) -> EngineFacts:
        return FACTS

    async def containers(self, labels: Pairs) -> tuple[Listed, ...]:
        return tuple(
            Listed(id=id, name=spec.name, labels=dict(spec.labels))
            for id, spec in self.specs.items()
            if set(labels) <= set(spec.labels)
        )

    async def inspect(self, container: str) -> Inspection:
        return self.state[self._known(container)]

    async def details(self, container: str) -> Details:
        spec = self.specs[self._known(container)]
        return Details(
            id=f"id-{spec.name}",
            name=spec.name,
            image_id=self.images[spec.image].id if spec.image in self.images else "",
            created_at="2026-01-02T03:04:05Z",
            started_at=None,
            finished_at=None,
            labels=dict(spec.labels),
        )

    async def written(self, container: str) -> int:
        return 3 << 20

    async def usage(self, container: str) -> dict[str, Any]:
        return {"name": self.specs[self._known(container)].name}

    async def create(self, spec: ContainerSpec) -> str:
        self._do("create", spec.name)
        id = f"id-{spec.name}"
        self.specs[id] = spec
        self.state[id] = Inspection(
            id=id,
            running=False,
            has_started=False,
            exit_code=None,
            out_of_memory=False,
            started_at=None,
            finished_at=None,
            health=Health.UNKNOWN,
            sandbox=f"/netns/{spec.name}",
            labels=dict(spec.labels),
        )
        return id

    async def start(self, container: str) -> None:
        id = self._known(container)
        self._do("start", self.specs[id].name)
        self.state[id] = replace(
            self.state[id],
            running=True,
            has_started=True,
            started_at=1.0,
            exit_code=None,
            finished_at=None,
        )

    async def stop(self, container: str, timeout: int) -> None:
        id = self._known(container)
        self._do("stop", self.specs[id].name)
        self.end(self.specs[id].name, 143)

    async def rename(self, container: str, name: str) -> None:
        id = self._known(container)
        self._do("rename", f"{self.specs[id].name} {name}")
        if any(spec.name == name for other, spec in self.specs.items() if other != id):
            raise EngineError(f"the container name {name} is already in use")
        self.specs[id] = replace(self.specs[id], name=name)

    def busy(self) -> bool:
        return False

    async def remove(self, container: str) -> None:
        container = next((i for i, s in self.specs.items() if s.name == container), container)
        if container in self.specs:
            self._do("remove", self.specs[container].name)
            del self.specs[container], self.state[container]

    async def execute(self, container: str, command: tuple[str, ...]) -> tuple[int, str]:
        raise EngineError("nothing runs in here")

    async def events(self, labels: Pairs, since: int) -> AsyncGenerator[Event, None]:
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self._listeners.append(queue)
        while True:
            event = await queue.get()
            if event is None:
                raise EngineGone("The event stream of the container engine ended.")
            yield event

    async def output(
        self, container: str, since: int, *, pseudo_terminal: bool
    ) -> AsyncGenerator[OutputLine, None]:
        for line in self.written.get(container, []):
            if line.at >= since:
                yield line
        while container in self.state and self.state[container].running:
            self._changed.clear()
            await self._changed.wait()

    async def image(self, name: str) -> ImageFacts:
        if name not in self.images:
            raise NotThere(f"No such image: {name}")
        return self.images[name]

    async def pull(self, name: str, credentials: Credentials | None) -> None:
        self._do("pull", name)
        self.pulled_as.append(credentials)
        if self.lookups_that_fail:
            self.lookups_that_fail -= 1
            raise EngineError("dial tcp: lookup the.registry: no such host")
        if name not in self.pullable:
            raise EngineError(f"pull access denied for {name}")
        self.images[name] = self.pullable[name]

    async def load(self, archive: bytes) -> None:
        self._do("load", "")

    async def networks(self, labels: Pairs) -> tuple[NetworkFacts, ...]:
        return tuple(
            NetworkFacts(
                id=spec.name,
                name=spec.name,
                cidr=spec.cidr,
                interface=spec.interface,
                labels=dict(spec.labels),
            )
            for spec in self.made_networks.values()
            if set(labels) <= set(spec.labels)
        )

    async def create_network(self, spec: NetworkSpec) -> None:
        self._do("create network", spec.cidr)
        self.made_networks[spec.name] = spec

    async def remove_network(self, network: str) -> None:
        self._do("remove network", network)
        if any(spec.network == network for spec in self.specs.values()):
            raise EngineError(f"error while removing network: {network} has active endpoints")
        del self.made_networks[network]

    async def create_volume(self, spec: VolumeSpec) -> None:
        self._do("create volume", spec.name)
        self.made_volumes[spec.name] = spec

    async def volume(self, name: str) -> VolumeFacts:
        if name not in self.made_volumes:
            raise NotThere(f"get {name}: no such volume")
        spec = self.made_volumes[name]
        return VolumeFacts(
            name=name,
            driver=spec.driver or "local",
            options=dict(spec.options),
            labels=dict(spec.labels),
        )

    async def volumes(self, labels: Pairs) -> tuple[str, ...]:
        return tuple(n for n, v in self.made_volumes.items() if set(labels) <= set(v.labels))

    async def remove_volume(self, name: str) -> None:
        del self.made_volumes[name]

    async def close(self) -> None:
        return

    # What happens by itself

    def end(self, name: str, code: int, **more: Any) -> None:
        """The container's program ends."""
        self._happen(name, "die", exitCode=str(code))
        id = f"id-{name}"
        self.state[id] = replace(self.state[id], running=False, exit_code=code, **more)
        self._changed.set()

    def go_away(self) -> None:
        """The event stream ends; nobody hears what happens next."""
        for queue in self._listeners:
            queue.put_nowait(None)
        self._listeners.clear()

    def check(self, name: str, health: Health) -> None:
        """The container's own check says something."""
        id = f"id-{name}"
        self.state[id] = replace(self.state[id], health=health)
        self._happen(name, "health_status", health=health)

    def _happen(self, name: str, action: str, health: Health | None = None, **told: str) -> None:
        labels = dict(self.specs[f"id-{name}"].labels) | told
        event = Event(container=f"id-{name}", action=action, at=1, labels=labels, health=health)
        for queue in self._listeners:
            queue.put_nowait(event)

    def _do(self, verb: str, subject: str) -> None:
        self.done.append((verb, subject))
        if error := self.refuses.get((verb, subject)):
            raise error

    def _known(self, container: str) -> str:
        for id, spec in self.specs.items():
            if container in (id, spec.name):
                return id
        raise NotThere(f"No such container: {container}")
