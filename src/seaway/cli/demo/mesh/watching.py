"""Chapters three and seven: why a call does not arrive, and what passes."""

from __future__ import annotations

import asyncio
import json
import urllib.request

from aiodocker import Docker

from seaway.cli.demo.clients import Aws
from seaway.cli.demo.failure import DemoFailed
from seaway.cli.demo.inside import inside
from seaway.cli.demo.mesh.asking import Program
from seaway.cli.demo.mesh.kittens import KITTENS
from seaway.cli.demo.names import CATS, CLUSTER, DOGS, WEB
from seaway.cli.demo.services import tasks_of
from seaway.cli.demo.stage import Stage

RATE = 40
TRAFFIC_SECONDS = 20
TAPPED = 5
METRICS_SHOWN = 6
COUNTED = f'seaway_requests_total{{cluster="{CLUSTER}",service="{WEB.name}"'
STOPPED_SECONDS = 60.0


def explanations(aws: Aws, stage: Stage, seaway: Program) -> None:
    """Three calls, of which one works and two can't. Raises DemoFailed."""
    seaway.show(stage, "explain", WEB.name, CATS.name, "--cluster", CLUSTER)
    stage.call(aws.ecs, "update_service", cluster=CLUSTER, service=KITTENS, desiredCount=0)
    stage.wait(
        lambda: (None if _runs(aws) else True, f"the task of {KITTENS} stops"),
        seconds=STOPPED_SECONDS,
        late=f"The task of {KITTENS} does not stop",
        where=f"aws ecs list-tasks --cluster {CLUSTER} --service-name {KITTENS}",
    )
    seaway.show(stage, "explain", WEB.name, KITTENS, "--cluster", CLUSTER)
    seaway.show(stage, "explain", WEB.name, "birds", "--cluster", CLUSTER)


def _runs(aws: Aws) -> bool:
    found = aws.ecs.describe_services(cluster=CLUSTER, services=[KITTENS])["services"]
    return any(service["runningCount"] for service in found)


def passing(aws: Aws, stage: Stage, seaway: Program) -> None:
    """Requests as they pass, rates by edge, and the same figures for Prometheus."""
    asyncio.run(_under_traffic(aws, stage, seaway))
    url = f"{aws.endpoint}/_seaway/metrics"
    stage.shell(f"curl -s {url} | grep '{COUNTED}'")
    with urllib.request.urlopen(url, timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    shown = [line for line in lines if COUNTED in line]
    if not shown:
        raise DemoFailed("No request is counted for Prometheus.", f"curl -s {url}")
    for line in shown[:METRICS_SHOWN]:
        stage.say(line)


async def _under_traffic(aws: Aws, stage: Stage, seaway: Program) -> None:
    callers = tasks_of(aws, WEB)
    async with Docker() as docker:
        jobs = []
        for task, part in zip(callers, (CATS, DOGS), strict=False):
            caller = await inside(docker, task, WEB.name)
            url = f"http://{part.name}/whoami?[1-{RATE * TRAFFIC_SECONDS}]"
            asking = caller.run(f"curl -s -o /dev/null --rate {RATE}/s '{url}'")
            jobs.append(asyncio.create_task(asking))
        try:
            await asyncio.to_thread(_look, stage, seaway)
        finally:
            await asyncio.gather(*jobs, return_exceptions=True)


def _look(stage: Stage, seaway: Program) -> None:
    wanted = ("--caller", WEB.name, "--target", CATS.name, "--count", str(TAPPED))
    seaway.show(stage, "mesh", "tap", *wanted)
    stage.wait(
        lambda: (True if _rates(seaway) else None, "the proxy reports every five seconds"),
        seconds=TRAFFIC_SECONDS,
        late="No rates are shown",
        where="seaway mesh top",
    )
    seaway.show(stage, "mesh", "top", "--once")


def _rates(seaway: Program) -> bool:
    """Whether web's calls of the last seconds are in the figures."""
    edges = json.loads(seaway.output("mesh", "top", "--once", "--json"))["edges"]
    return any(
        edge["labels"].get("service") == WEB.name and edge["last_10s"]["requests"] > 0
        for edge in edges
    )
