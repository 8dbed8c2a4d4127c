"""Chapters four and five: how calls are treated, and who may call; said with tags, no redeploy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from seaway.cli.demo.clients import Aws
from seaway.cli.demo.failure import DemoFailed
from seaway.cli.demo.mesh.asking import Program, a_caller, told, until
from seaway.cli.demo.names import CATS, CLUSTER, DOGS, WEB, Part
from seaway.cli.demo.services import tasks_of
from seaway.cli.demo.stage import Stage

ASKED = 40


def policies(aws: Aws, stage: Stage, seaway: Program) -> None:
    """A split, faults and a rate limit on the way from web to cats. Raises DemoFailed."""
    web = a_caller(aws)
    url = f"http://{CATS.name}/whoami"
    look = f"seaway mesh policy {WEB.name} {CATS.name} --cluster {CLUSTER}"
    with _said(aws, stage, CATS, "seaway:split", f"{CATS.name}:50 {DOGS.name}:50"):
        until(stage, lambda: DOGS.name in web.who(url, 8), "half of cats' requests to dogs", look)
        stage.say(f"{ASKED} requests to {url} were answered by {told(web.who(url, ASKED))}")
    with (
        _said(aws, stage, CATS, "seaway:fault.abort", "503:50"),
        _said(aws, stage, CATS, "seaway:retries", "0"),
    ):
        until(stage, lambda: "503" in web.statuses(url, 8), "half of the requests fail", look)
        stage.say(f"{ASKED} requests: {told(web.statuses(url, ASKED))}")
        seaway.show(stage, "mesh", "policy", WEB.name, CATS.name, "--cluster", CLUSTER)
    with _said(aws, stage, CATS, "seaway:rate", "5/s"):
        until(stage, lambda: "429" in web.statuses(url, 12), "five requests a second", look)
        web.run("sleep 1.1")  # until the bucket is full again
        stage.say(f"{ASKED} requests at once: {told(web.statuses(url, ASKED))}")
    until(stage, lambda: set(web.statuses(url, 8)) == {"200"}, "no rule at all, again", look)


def intentions(aws: Aws, stage: Stage) -> None:
    """web may no longer call dogs, by name or by address; cats may. Raises DemoFailed."""
    web, cats = a_caller(aws), a_caller(aws, CATS)
    url, address = f"http://{DOGS.name}/whoami", _address(aws)
    look = f"seaway explain {WEB.name} {DOGS.name} --cluster {CLUSTER}"
    with _said(aws, stage, DOGS, "seaway:deny", WEB.name):
        until(stage, lambda: web.status(url) == "403", "web is denied", look)
        stage.say(f"web asks {url}: {web.status(url)}")
        direct = f"http://{address}/whoami"
        until(stage, lambda: web.status(direct) == "000", "the direct way is closed too", look)
        stage.say(
            f"web asks {direct}, past the proxy: {web.run(f'curl -sS {direct} 2>&1').strip()}"
        )
        answer = cats.status(url)
        stage.say(f"cats asks {url}: {answer}")
        if answer != "200":
            raise DemoFailed("cats was not denied and can't call dogs.", look)
    until(stage, lambda: web.status(url) == "200", "web may call dogs again", look)


@contextmanager
def _said(aws: Aws, stage: Stage, part: Part, key: str, value: str) -> Iterator[None]:
    """A tag on a service for as long as the block; taken off whatever happens."""
    arn = _arn(aws, part)
    stage.call(aws.ecs, "tag_resource", resourceArn=arn, tags=[{"key": key, "value": value}])
    try:
        yield
    finally:
        stage.call(aws.ecs, "untag_resource", resourceArn=arn, tagKeys=[key])


def _arn(aws: Aws, part: Part) -> str:
    found = aws.ecs.describe_services(cluster=CLUSTER, services=[part.name])["services"]
    return str(found[0]["serviceArn"])


def _address(aws: Aws) -> str:
    """The address of a task of dogs, which has a network interface of its own."""
    for task in _described(aws, tasks_of(aws, DOGS)):
        for attachment in task["attachments"]:
            for detail in attachment["details"]:
                if detail["name"] == "privateIPv4Address":
                    return str(detail["value"])
    raise DemoFailed("No task of dogs has an address.", f"aws ecs list-tasks --cluster {CLUSTER}")


def _described(aws: Aws, tasks: list[str]) -> list[dict[str, Any]]:
    if not tasks:
        return []
    described: list[dict[str, Any]] = aws.ecs.describe_tasks(cluster=CLUSTER, tasks=tasks)["tasks"]
    return described
