"""Which image a name means, and how it gets here."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass

from seaway.agent.engine import Credentials, Engine, EngineError, EngineGone, NotThere
from seaway.core.image_names import names_registry, repository_of

_ECR = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.(?P<suffix>[^/]+)/(?P<rest>.+)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Seaway's own registry as this machine reaches it: "127.0.0.1:4566", and its password."""

    address: str
    token: Callable[[], str]

    @property
    def port(self) -> str:
        """The port it listens on."""
        return self.address.rpartition(":")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image the engine has: the name to create a container from, and its manifest's digest."""

    name: str
    digest: str | None


class CannotPull(Exception):
    """No image of this name can be had; the text is AWS's."""


LOOK_AGAIN = (0.5,) * 16
"""Seconds between looks for our own registry's name, which has just been put in the hosts file: the
engine's resolver remembers for five seconds what it did not find there."""


class Images:
    """The images of this machine. A pull under way is shared by all who want the same one."""

    def __init__(self, engine: Engine, registry: Registry | None) -> None:
        self._engine = engine
        self._registry = registry
        self._pulls: dict[tuple[str, Credentials | None], asyncio.Task[Image]] = {}

    async def ensure(self, name: str, credentials: Credentials | None = None) -> Image:
        """Have the image; an ECR address is asked for anew each time, as its tag may move.

        So is one that needs ``credentials``: who may not pull it may not run it either.

        Raises CannotPull with AWS's text, EngineGone while the engine is away.
        """
        key = (name, credentials)
        job = self._pulls.get(key)
        if job is None:
            job = self._pulls[key] = asyncio.create_task(self._ensure(name, credentials))
            job.add_done_callback(lambda job: self._done(key, job))
        return await asyncio.shield(job)

    def _done(self, key: tuple[str, Credentials | None], job: asyncio.Task[Image]) -> None:
        del self._pulls[key]
        if not job.cancelled():
            job.exception()  # whoever wanted the image may have left

    async def _ensure(self, name: str, credentials: Credentials | None) -> Image:
        try:
            if credentials is not None:
                return await self._pulled(name, credentials)
            if self._registry and (local := local_name(name, self._registry.port)):
                return await self._pulled(local, self._credentials(local))
            try:
                return await self._present(name)
            except NotThere:
                return await self._pulled(name, None)
        except EngineGone:
            raise
        except EngineError as error:
            text = f"CannotPullContainerError: Error response from daemon: {error.message}"
            raise CannotPull(text) from error

    async def _pulled(self, name: str, credentials: Credentials | None) -> Image:
        for pause in (*LOOK_AGAIN, None):
            try:
                await self._engine.pull(name, credentials)
                break
            except EngineGone:
                raise
            except EngineError as error:
                unknown = ".localhost" in name and "no such host" in error.message
                if pause is None or not unknown:
                    raise
            await asyncio.sleep(pause)
        return await self._present(name)

    async def _present(self, name: str) -> Image:
        facts = await self._engine.image(name)
        repository = repository_of(name)
        for known in facts.digests:
            owner, _, digest = known.partition("@")
            if owner == repository:
                # By digest, so that a tag moved meanwhile cannot slip another image in.
                return Image(name=known, digest=digest)
        return Image(name=name, digest=None)

    def _credentials(self, name: str) -> Credentials:
        assert self._registry is not None
        server = name.partition("/")[0]
        return Credentials(user="AWS", password=self._registry.token(), server=server)


def local_name(name: str, port: str) -> str | None:
    """An ECR address as Seaway's registry serves it; None when it is another kind of name.

    The engine speaks plain HTTP only to loopback, and names under ``localhost`` lead there.
    """
    found = _ECR.fullmatch(name)
    if found is None:
        return None
    host = f"{found['account']}.dkr.ecr.{found['region']}.localhost:{port}"
    return f"{host}/{found['rest']}"


def registry_of(name: str, user: str, password: str) -> Credentials:
    """Who pulls an image from the registry its name begins with; Docker Hub where it says none."""
    server = name.partition("/")[0] if names_registry(name) else "https://index.docker.io/v1/"
    return Credentials(user=user, password=password, server=server)
