"""What the machine offers: is there an engine that answers."""

from __future__ import annotations

import asyncio

from seaway.agent.engine import DockerEngine, EngineError


def engine_problem() -> str | None:
    """None when a Docker Engine answers, else one sentence that says what to do."""
    return asyncio.run(_engine_problem())


async def _engine_problem() -> str | None:
    try:
        engine = DockerEngine()
    except (ValueError, OSError):
        return _ABSENT
    try:
        await engine.about()
    except EngineError:
        return _ABSENT
    finally:
        await engine.close()
    return None


_ABSENT = (
    "No Docker Engine answers on this machine: install it (apt-get install docker.io) or start "
    "it (systemctl start docker, or dockerd), then run this again."
)
