"""Docker Engine behind the engine's face. With docker_*.py the only files that see Docker."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

import aiodocker
import aiohttp

from seaway.agent.docker_answers import details_of, event_of, inspection_of, network_of
from seaway.agent.docker_output import Lines, frames
from seaway.agent.docker_requests import auth_header, container_body, filters, seconds, split_image
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

T = TypeVar("T")
_log = logging.getLogger(__name__)


class DockerEngine:
    """Docker Engine (API 1.41 or later) behind its socket.

    ``starts_at_once`` caps creations and starts in flight: the engine's own work is bound by the
    processor, and more at once only makes each slower.
    """

    def __init__(self, url: str | None = None, *, starts_at_once: int | None = None) -> None:
        self._docker = _client(url)
        self._starts = asyncio.Semaphore(starts_at_once or 2 * (os.cpu_count() or 1))
        self._making = 0

    async def about(self) -> EngineFacts:
        info = await self._json("info")
        version = await self._json("version")
        return EngineFacts(
            version=info["ServerVersion"],
            cores=info["NCPU"],
            memory=info["MemTotal"],
            architecture=version["Arch"],
            cgroup_version=int(info.get("CgroupVersion") or 1),
            cgroup_driver=info["CgroupDriver"],
            root=info["DockerRootDir"],
        )

    async def containers(self, labels: Pairs) -> tuple[Listed, ...]:
        params = {"all": "true", "filters": filters(labels)}
        return tuple(
            Listed(id=found["Id"], name=found["Names"][0].lstrip("/"), labels=found["Labels"])
            for found in await self._json("containers/json", params=params)
        )

    async def inspect(self, container: str) -> Inspection:
        return inspection_of(await self._json(f"containers/{container}/json"))

    async def details(self, container: str) -> Details:
        return details_of(await self._json(f"containers/{container}/json"))

    async def written(self, container: str) -> int:
        found = await self._json(f"containers/{container}/json", params={"size": "true"})
        return int(found.get("SizeRw") or 0)

    async def usage(self, container: str) -> dict[str, Any]:
        """One look at what a container uses, in the engine's own shape (API: ContainerStats)."""
        params = {"stream": "false", "one-shot": "true"}
        found: dict[str, Any] = await self._json(f"containers/{container}/stats", params=params)
        return found

    async def create(self, spec: ContainerSpec) -> str:
        """Create the container; one of the same name and labels is taken for it."""
        body = json.dumps(container_body(spec))
        params = {"name": spec.name}
        async with self._at_work():
            try:
                made = await _unbroken(
                    self._json("containers/create", "POST", params=params, body=body)
                )
            except _Conflict as error:
                return await self._same(spec, error)
        for warning in made.get("Warnings") or ():
            _log.warning("container %s: %s", spec.name, warning)
        return str(made["Id"])

    async def start(self, container: str) -> None:
        async with self._at_work():
            await self._call(f"containers/{container}/start", "POST")

    async def rename(self, container: str, name: str) -> None:
        asked = self._call(f"containers/{container}/rename", "POST", params={"name": name})
        try:
            await _unbroken(asked)
        except (EngineGone, NotThere):
            raise
        except EngineError:
            if (await self.details(container)).name != name:
                raise

    def busy(self) -> bool:
        return self._making > 0

    @asynccontextmanager
    async def _at_work(self) -> AsyncIterator[None]:
        """One of the creations and starts in flight, or one that waits to be."""
        self._making += 1
        try:
            async with self._starts:
                yield
        finally:
            self._making -= 1

    async def stop(self, container: str, timeout: int) -> None:
        """Send the image's stop signal (SIGTERM), after ``timeout`` seconds SIGKILL; wait."""
        await self._call(f"containers/{container}/stop", "POST", params={"t": str(timeout)})

    async def remove(self, container: str) -> None:
        """Kill if need be and remove, anonymous volumes too; nothing to do when it is gone."""
        params = {"force": "true", "v": "true"}
        try:
            await self._call(f"containers/{container}", "DELETE", params=params)
        except NotThere:
            return
        except _Conflict:  # the engine is already removing it
            return

    async def execute(self, container: str, command: tuple[str, ...]) -> tuple[int, str]:
        """Run a command inside; its exit code and what it wrote."""
        body = json.dumps({"Cmd": list(command), "AttachStdout": True, "AttachStderr": True})
        made = await self._json(f"containers/{container}/exec", "POST", body=body)
        start = json.dumps({"Detach": False, "Tty": False})
        async with self._ask(f"exec/{made['Id']}/start", "POST", body=start) as response:
            written = [frame async for frame in frames(response, pseudo_terminal=False)]
        ended = await self._json(f"exec/{made['Id']}/json")
        return int(ended["ExitCode"]), b"".join(written).decode(errors="replace")

    async def events(self, labels: Pairs, since: int) -> AsyncGenerator[Event, None]:
        """What happens to containers with these labels, from ``since`` (epoch ns) on."""
        wanted = {"type": ["container"], "event": ["die", "oom", "health_status"]}
        params = {"filters": filters(labels, wanted), "since": seconds(since)}
        async with self._ask("events", params=params) as response:
            async for line in response.content:
                if event := event_of(json.loads(line)):
                    yield event
        raise EngineGone("The event stream of the container engine ended.")

    async def output(
        self, container: str, since: int, *, pseudo_terminal: bool
    ) -> AsyncGenerator[OutputLine, None]:
        """Follow what a container writes, from ``since`` (epoch ns) on, until it ends."""
        params = {"stdout": "1", "stderr": "1", "follow": "1", "timestamps": "1"}
        params["since"] = seconds(since)
        lines = Lines()
        async with self._ask(f"containers/{container}/logs", params=params) as response:
            async for frame in frames(response, pseudo_terminal):
                for line in lines.feed(frame, whole=pseudo_terminal):
                    yield line
        for line in lines.rest():
            yield line

    async def image(self, name: str) -> ImageFacts:
        found = await self._json(f"images/{name}/json")
        return ImageFacts(id=found["Id"], digests=tuple(found.get("RepoDigests") or ()))

    async def pull(self, name: str, credentials: Credentials | None) -> None:
        repository, tag = split_image(name)
        headers = {"X-Registry-Auth": auth_header(credentials)} if credentials else {}
        params = {"fromImage": repository, "tag": tag}
        await self._progress("images/create", params, headers=headers)

    async def load(self, archive: bytes) -> None:
        headers, body = {"Content-Type": "application/x-tar"}, io.BytesIO(archive)
        await self._progress("images/load", {"quiet": "1"}, headers=headers, body=body)

    async def networks(self, labels: Pairs) -> tuple[NetworkFacts, ...]:
        found = await self._json("networks", params={"filters": filters(labels)})
        return tuple(network_of(entry) for entry in found)

    async def create_network(self, spec: NetworkSpec) -> None:
        body = {
            "Name": spec.name,
            "CheckDuplicate": True,
            "Driver": "bridge",
            "IPAM": {"Config": [{"Subnet": spec.cidr, "Gateway": spec.gateway}]},
            "Options": {
                "com.docker.network.bridge.name": spec.interface,
                "com.docker.network.bridge.enable_icc": "true",
            },
            "Labels": dict(spec.labels),
        }
        await self._json("networks/create", "POST", body=json.dumps(body))

    async def remove_network(self, network: str) -> None:
        await self._call(f"networks/{network}", "DELETE")

    async def create_volume(self, spec: VolumeSpec) -> None:
        body = {"Name": spec.name, "Labels": dict(spec.labels), "DriverOpts": dict(spec.options)}
        if spec.driver:
            body["Driver"] = spec.driver
        await self._json("volumes/create", "POST", body=json.dumps(body))

    async def volume(self, name: str) -> VolumeFacts:
        found = await self._json(f"volumes/{name}")
        return VolumeFacts(
            name=found["Name"],
            driver=found["Driver"],
            options=found.get("Options") or {},
            labels=found.get("Labels") or {},
        )

    async def volumes(self, labels: Pairs) -> tuple[str, ...]:
        found = await self._json("volumes", params={"filters": filters(labels)})
        return tuple(volume["Name"] for volume in found.get("Volumes") or ())

    async def remove_volume(self, name: str) -> None:
        await self._call(f"volumes/{name}", "DELETE", params={"force": "true"})

    async def close(self) -> None:
        await self._docker.close()
        await self._docker.connector.close()

    async def _same(self, spec: ContainerSpec, error: EngineError) -> str:
        found = await self.inspect(spec.name)
        if any(found.labels.get(key) != value for key, value in spec.labels):
            raise error
        return found.id

    def _ask(
        self,
        path: str,
        method: str = "GET",
        *,
        params: dict[str, str] | None = None,
        body: str | io.BytesIO | None = None,
        headers: dict[str, str] | None = None,
    ) -> _Asking:
        headers = dict(headers or {})
        if isinstance(body, str):
            headers.setdefault("Content-Type", "application/json")

        def ask() -> AbstractAsyncContextManager[Any]:
            query: AbstractAsyncContextManager[Any] = self._docker._query(
                path,
                method=method,
                params=params,
                data=body,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=None),
            )
            return query

        return _Asking(ask)

    async def _json(
        self,
        path: str,
        method: str = "GET",
        *,
        params: dict[str, str] | None = None,
        body: str | None = None,
    ) -> Any:
        async with self._ask(path, method, params=params, body=body) as response:
            return json.loads(await response.read())

    async def _call(self, path: str, method: str, *, params: dict[str, str] | None = None) -> None:
        async with self._ask(path, method, params=params) as response:
            await response.read()

    async def _progress(
        self,
        path: str,
        params: dict[str, str],
        *,
        headers: dict[str, str],
        body: io.BytesIO | None = None,
    ) -> None:
        # The engine answers 200 and tells of failure in the lines that follow.
        asking = self._ask(path, "POST", params=params, headers=headers, body=body)
        async with asking as response:
            async for line in response.content:
                told = json.loads(line)
                if "error" in told:
                    raise EngineError(told.get("errorDetail", {}).get("message") or told["error"])


class _Conflict(EngineError):
    """Something of that name or in that state is in the way."""


class _Asking:
    """One request to the engine; errors of its client become ours."""

    def __init__(self, ask: Callable[[], AbstractAsyncContextManager[Any]]) -> None:
        self._ask = ask

    async def __aenter__(self) -> Any:
        self._query = self._ask()
        self._response = await _translated(self._query.__aenter__())
        return self._response

    async def __aexit__(self, *exception: Any) -> None:
        self._response.close()  # one that was read to its end has given its connection back
        await self._query.__aexit__(*exception)
        if isinstance(error := exception[1], (aiohttp.ClientError, OSError)):
            raise EngineGone(f"The container engine does not answer: {error}") from error


async def _translated(asked: Awaitable[T]) -> T:
    try:
        return await asked
    except aiodocker.DockerError as error:
        kind = {404: NotThere, 409: _Conflict}.get(error.status, EngineError)
        if error.status == 900:  # the client's own code for a connection that failed
            kind = EngineGone
        raise kind(error.message) from error
    except (aiohttp.ClientError, OSError) as error:
        raise EngineGone(f"The container engine does not answer: {error}") from error


async def _unbroken(asked: Coroutine[Any, Any, T]) -> T:
    """Wait for the answer even when cancelled: the engine would make what nobody knows of."""
    job = asyncio.create_task(asked)
    try:
        return await asyncio.shield(job)
    except asyncio.CancelledError:
        await asyncio.gather(job, return_exceptions=True)
        raise


def _client(url: str | None) -> Any:
    url = url or os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
    if not url.startswith("unix://"):
        return aiodocker.Docker(url=url)
    # Every followed log holds a connection, so the client's usual limit of 100 will not do.
    connector = aiohttp.UnixConnector(url.removeprefix("unix://"), limit=0)
    return aiodocker.Docker(url="http://engine", connector=connector)
