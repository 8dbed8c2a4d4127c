"""What the host's tests build their stories from."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from seaway.agent.engine import ImageFacts
from seaway.agent.firewall import Firewall
from seaway.agent.images import Registry
from seaway.agent.inside.server import Inside
from seaway.agent.network import Plug
from seaway.agent.rules import Rules
from seaway.agent.session import Agent
from seaway.core.task import TaskStatus
from seaway.core.task_definition import ContainerDefinition
from seaway.link.asking import CannotFetch, ControlPlane, Protection
from seaway.link.messages import (
    Assignment,
    FromHost,
    LogStream,
    Material,
    Network,
    PlanProblem,
    Report,
    RoleKeys,
    ToHost,
)
from tests.agent.fake_engine import FakeEngine

NETWORK = Network(vpc="vpc-1", cidr="10.0.0.0/16")
REGISTRY = Registry(address="127.0.0.1:4566", token=lambda: "secret")


class MemoryLink:
    """The test is the control plane: what the host says is kept, and can be waited for."""

    def __init__(self) -> None:
        self.to_host: asyncio.Queue[ToHost] = asyncio.Queue()
        self.said: list[FromHost] = []
        self._news = asyncio.Condition()

    async def receive(self) -> ToHost:
        return await self.to_host.get()

    async def send(self, message: FromHost) -> None:
        async with self._news:
            self.said.append(message)
            self._news.notify_all()

    async def until(self, is_it: Callable[[FromHost], bool]) -> FromHost:
        """The first message like this, waiting for it if need be."""
        async with asyncio.timeout(5), self._news:
            while True:
                for message in self.said:
                    if is_it(message):
                        return message
                await self._news.wait()

    async def report(self, status: TaskStatus) -> Report:
        """The first report of this status."""
        found = await self.until(lambda m: isinstance(m, Report) and m.status is status)
        assert isinstance(found, Report)
        return found

    def statuses(self) -> list[TaskStatus]:
        """Every status reported, without repetitions."""
        reported = [m.status for m in self.said if isinstance(m, Report)]
        return list(dict.fromkeys(reported))


class MemoryCgroups:
    """Limits that are only written down."""

    def __init__(self) -> None:
        self.limits: dict[str, tuple[int | None, int | None]] = {}

    async def make(self, task: str, cpu: int | None, memory: int | None) -> str:
        self.limits[task] = (cpu, memory)
        return f"/seaway/{task}"

    async def remove(self, task: str) -> None:
        self.limits.pop(task, None)

    async def remove_all(self) -> None:
        self.limits.clear()

    def usage(self, task: str) -> tuple[float, float] | None:
        return None


class MemoryAddresses:
    """Addresses of interfaces that are only written down."""

    def __init__(self) -> None:
        self.there: dict[str, set[str]] = {}
        self.refused: set[str] = set()
        self.plugs: list[Plug] = []

    async def plug(self, plug: Plug) -> None:
        if plug.address in self.refused:
            raise OSError("not permitted")
        self.plugs.append(plug)

    async def on(self, interface: str) -> frozenset[str]:
        return frozenset(self.there.get(interface, ()))

    async def put(self, interface: str, address: str) -> None:
        if address in self.refused:
            raise OSError("not permitted")
        self.there.setdefault(interface, set()).add(address)

    async def take(self, interface: str, address: str) -> None:
        self.there[interface].discard(address)


class MemoryFirewall:
    """Rules of namespaces that are only written down; ``refusals`` is what to say next."""

    def __init__(self) -> None:
        self.there: dict[str, Rules] = {}
        self._news = asyncio.Condition()
        self.fails: list[OSError] = []
        self.has_ipv6 = True
        self.leads_calls: bool | None = None
        self.in_the_way: list[PlanProblem] = []
        self.refusals: dict[str, dict[tuple[str, int], int]] = {}

    async def settle(self, sandbox: str, rules: Rules, *, fresh: bool = False) -> bool:
        if self.fails:
            raise self.fails.pop(0)
        async with self._news:
            self.there[sandbox] = rules
            self._news.notify_all()
        return rules.calls and self.has_ipv6

    async def until(self, sandbox: str, is_it: Callable[[Rules], bool]) -> Rules:
        """The namespace's rules, once they are like this."""
        async with asyncio.timeout(5), self._news:
            await self._news.wait_for(lambda: sandbox in self.there and is_it(self.there[sandbox]))
            return self.there[sandbox]

    async def refused(self, sandbox: str) -> dict[tuple[str, int], int]:
        return self.refusals.pop(sandbox, {})

    async def lead_calls(self, installation: str, wanted: bool) -> tuple[PlanProblem, ...]:
        async with self._news:
            self.leads_calls = wanted
            self._news.notify_all()
        return (self.in_the_way.pop(0),) if self.in_the_way else ()

    async def until_calls(self, wanted: bool) -> None:
        """Returns once the machine's own programs call names, or no longer do."""
        async with asyncio.timeout(5), self._news:
            await self._news.wait_for(lambda: self.leads_calls is wanted)


class MemoryControl:
    """The control plane as far as it hands out materials; ``refusal`` is what it says instead."""

    def __init__(self, *materials: Material, refusal: str | None = None) -> None:
        self._materials = materials
        self._refusal = refusal
        self.asked: list[str] = []

    async def materials(self, task: str) -> tuple[Material, ...]:
        self.asked.append(task)
        if self._refusal is not None:
            raise CannotFetch(self._refusal)
        return self._materials

    async def role_keys(self, task: str, role: str) -> RoleKeys:
        raise CannotFetch(f"no keys of {role}")

    async def protection(self, task: str) -> Protection:
        return Protection(enabled=False)

    async def protect(self, task: str, enabled: bool, minutes: int | None) -> Protection:
        return Protection(enabled=enabled)

    async def tags(self, task: str) -> tuple[dict[str, str], dict[str, str]]:
        return {}, {}


def an_engine(*images: str) -> FakeEngine:
    """An engine that has these images, "i" if none is named."""
    engine = FakeEngine()
    for name in images or ("i",):
        engine.images[name] = ImageFacts(id=f"sha256:{name}", digests=())
    return engine


def an_agent(
    engine: FakeEngine,
    link: MemoryLink,
    directory: Path,
    firewall: Firewall | None = None,
    hosts_file: Path | None = None,
    inside: Inside | None = None,
    control: ControlPlane | None = None,
    warm_pauses: int = 0,
) -> Agent:
    """A host agent whose clock stands still, on a machine with 50 GiB free."""
    return Agent(
        engine,
        link,
        host="h",
        data_dir=directory,
        installation="test",
        clock=lambda: 1000.0,
        addresses=MemoryAddresses(),
        registry=REGISTRY,
        cgroups=MemoryCgroups(),
        firewall=firewall or MemoryFirewall(),
        hosts_file=hosts_file,
        inside=inside,
        control=control,
        free_space=lambda _: 50 << 30,
        orphans_after=0.0,
        refusals_every=0.01,
        plan_again=0.01,
        warm_pauses=warm_pauses,
    )


def a_container(name: str = "web", **more: object) -> ContainerDefinition:
    settings: dict[str, object] = {"image": "i"} | more
    return ContainerDefinition(name=name, **settings)  # type: ignore[arg-type]


def an_assignment(*containers: ContainerDefinition, **more: object) -> Assignment:
    containers = containers or (a_container(),)
    settings: dict[str, object] = {
        "task": "arn:aws:ecs:us-east-1:000000000000:task/c/0123",
        "cluster": "arn:aws:ecs:us-east-1:000000000000:cluster/c",
        "family": "f",
        "revision": 2,
        "network_mode": "bridge",
        "network": NETWORK,
        "addresses": tuple((c.name, f"10.0.0.{n}") for n, c in enumerate(containers, start=10)),
        "containers": containers,
    } | more
    return Assignment(**settings)  # type: ignore[arg-type]


def a_stream(container: str) -> LogStream:
    return LogStream(container=container, region="us-east-1", group="g", stream=container)
