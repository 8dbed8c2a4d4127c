"""Chapter eight: a task of cats is killed under traffic; callers of http://cats go on."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import aiohttp
from aiodocker import Docker

from seaway.cli.demo.balancing import Balancer
from seaway.cli.demo.clients import Aws, tail
from seaway.cli.demo.failure import DemoFailed
from seaway.cli.demo.inside import inside
from seaway.cli.demo.names import CATS, CLUSTER, WEB
from seaway.cli.demo.services import DESIRED, await_steady, event_ids, living, show_events, tasks_of
from seaway.cli.demo.stage import Stage

SECONDS = 15
KILL_AFTER = 4.0
RATE = 30
"""Requests a second of each caller: every task of web, and the load balancer's."""
TIMEOUT = 5.0

_OUTCOME = re.compile(r"^(\d{3}) (\d+)$")
OUTCOME = "%{http_code} %{exitcode}\\n"
"""What curl writes after each answer: HTTP status and its own exit code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a stream of requests went: failures by their reason."""

    asked: int
    failures: Counter[str]

    @property
    def failed(self) -> int:
        """Requests that did not get a 200."""
        return sum(self.failures.values())

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(asked=self.asked + other.asked, failures=self.failures + other.failures)

    def __str__(self) -> str:
        why = ", ".join(f"{count} × {reason}" for reason, count in self.failures.most_common())
        return f"{self.asked} requests, {self.failed} failed" + (f" ({why})" if why else "")


def kill_under_traffic(aws: Aws, stage: Stage, balancer: Balancer) -> int:
    """Kill a task of cats while both ways to cats are in use, and count.

    Gives the number of requests made through Service Connect. Raises DemoFailed.
    """
    callers, victims = tasks_of(aws, WEB), tasks_of(aws, CATS)
    if not callers or len(victims) < DESIRED:
        raise DemoFailed(
            f"web has {len(callers)} running tasks and cats {len(victims)}.",
            f"aws ecs list-tasks --cluster {CLUSTER}",
        )
    known = event_ids(living(aws))
    connect, through = asyncio.run(_trial(stage, callers, victims[0], balancer.host))
    stage.say(f"through Service Connect: {connect}")
    stage.say(f"through the load balancer: {through}")
    if through.failed:
        stage.say(
            "(a load balancer does not repeat a request that was under way, as AWS's doesn't)"
        )
    services = await_steady(aws, stage)
    stage.command(aws.ecs, "describe_tasks", cluster=CLUSTER, tasks=[tail(victims[0])])
    _show_stopped(aws, stage, victims[0])
    for new in sorted(set(tasks_of(aws, CATS)) - set(victims)):
        stage.say(f"task {tail(new)} runs in its place")
    show_events(stage, {CATS.name: services[CATS.name]}, known)
    if connect.failed:
        raise DemoFailed(
            f"{connect.failed} of {connect.asked} requests to http://{CATS.name} failed, "
            "and none should have.",
            f"aws ecs describe-services --cluster {CLUSTER} --services {CATS.name}",
        )
    return connect.asked


async def _trial(
    stage: Stage, callers: list[str], victim: str, host: str
) -> tuple[Outcome, Outcome]:
    async with Docker() as docker:
        inner = [await inside(docker, task, WEB.name) for task in callers]
        doomed = await inside(docker, victim, CATS.name)
        command = curl_command(f"http://{CATS.name}/whoami")
        for caller in inner:
            stage.shell(f"docker exec {caller.id} {command} &")
        stage.hint(
            f"{len(inner)} tasks of web ask http://{CATS.name} {RATE} times a second each, "
            f"{RATE} more go through the load balancer"
        )

        async def strike() -> None:
            await asyncio.sleep(KILL_AFTER)
            stage.shell(f"docker kill {doomed.id}    # task {tail(victim)} of {CATS.name}")
            await doomed.kill()

        try:
            async with asyncio.TaskGroup() as jobs:
                printed = [jobs.create_task(caller.run(command)) for caller in inner]
                through = jobs.create_task(_through_balancer(f"http://{host}{CATS.whoami}"))
                jobs.create_task(strike())
        except* DemoFailed as failed:
            raise failed.exceptions[0] from None
    outcomes = [read_outcome(job.result().splitlines()) for job in printed]
    return sum(outcomes, Outcome(asked=0, failures=Counter())), through.result()


def curl_command(url: str) -> str:
    """The command that asks a URL so many times a second for the time of the trial."""
    return (
        f"curl -s -o /dev/null --rate {RATE}/s --max-time {TIMEOUT:.0f} -w '{OUTCOME}' "
        f"'{url}?[1-{RATE * SECONDS}]'"
    )


def read_outcome(lines: Iterable[str]) -> Outcome:
    """What curl wrote after each answer. Raises DemoFailed when it wrote nothing of the kind."""
    asked = 0
    failures: Counter[str] = Counter()
    others = []
    for line in lines:
        match = _OUTCOME.match(line)
        if match is None:
            others.append(line)
            continue
        asked += 1
        status, code = match.groups()
        if code != "0":
            failures[f"curl error {code}"] += 1
        elif status != "200":
            failures[f"HTTP {status}"] += 1
    if asked == 0:
        raise DemoFailed(f"curl asked nothing: {' '.join(others)[:200] or 'and said nothing'}.")
    return Outcome(asked=asked, failures=failures)


async def _through_balancer(url: str) -> Outcome:
    """Requests at a steady rate for the time of the trial, whether or not answers come."""
    failures: Counter[str] = Counter()
    timeout = aiohttp.ClientTimeout(total=TIMEOUT)
    count = RATE * SECONDS
    async with aiohttp.ClientSession(timeout=timeout) as session:

        async def ask() -> None:
            try:
                async with session.get(url) as answer:
                    await answer.read()
                    if answer.status != 200:
                        failures[f"HTTP {answer.status}"] += 1
            except (aiohttp.ClientError, TimeoutError) as error:
                failures[type(error).__name__] += 1

        started = time.monotonic()
        async with asyncio.TaskGroup() as requests:
            for number in range(count):
                due = started + number / RATE
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                requests.create_task(ask())
    return Outcome(asked=count, failures=failures)


def _show_stopped(aws: Aws, stage: Stage, task: str) -> None:
    found = aws.ecs.describe_tasks(cluster=CLUSTER, tasks=[task])["tasks"]
    for one in found:
        codes = [str(c["exitCode"]) for c in one["containers"] if "exitCode" in c]
        reason = one.get("stoppedReason", "no reason")
        stage.say(
            f"task {tail(task)}: {one['lastStatus']}, {one.get('stopCode', 'no stop code')}, "
            f"{reason} (exit code {', '.join(codes) or 'none'})"
        )
