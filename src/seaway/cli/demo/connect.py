"""Chapter seven: Service Connect switched on, and used from inside a task."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from typing import Any

from aiodocker import Docker

from seaway.cli.demo.balancing import tally
from seaway.cli.demo.clients import Aws, tail
from seaway.cli.demo.failure import DemoFailed
from seaway.cli.demo.inside import Inside, inside
from seaway.cli.demo.names import CLUSTER, NAMESPACE, PARTS, SERVERS, WEB, Part
from seaway.cli.demo.services import DESIRED, Services, await_steady, living, tasks_of
from seaway.cli.demo.stage import Stage

NAMESPACE_SECONDS = 30.0
ASKED = 20
CURL = "curl -s --max-time 5"


def switch_on(aws: Aws, stage: Stage) -> None:
    """Cats and dogs as client-server, web as client only. Raises DemoFailed, ClientError."""
    _ensure_namespace(aws, stage)
    there = living(aws)
    waiting = False
    for part in (*SERVERS, WEB):
        if is_connected(there[part.name]):
            stage.already(f"{part.name} is in the namespace {NAMESPACE}")
            continue
        waiting = True
        stage.call(
            aws.ecs,
            "update_service",
            cluster=CLUSTER,
            service=part.name,
            serviceConnectConfiguration=configuration(part),
        )
    if waiting:
        stage.say("takes effect by a new deployment of each")
    services = await_steady(aws, stage)
    _show(aws, stage, services)


def configuration(part: Part) -> dict[str, Any]:
    """The part's serviceConnectConfiguration; web offers nothing, so it is a client only."""
    wanted: dict[str, Any] = {"enabled": True, "namespace": NAMESPACE}
    if part not in SERVERS:
        return wanted
    alias = {"port": 80, "dnsName": part.name}
    offered = {"portName": part.port_name, "discoveryName": part.name, "clientAliases": [alias]}
    return {**wanted, "services": [offered]}


def is_connected(service: dict[str, Any]) -> bool:
    """Whether the service's newest deployment has Service Connect on."""
    newest = service["deployments"][0]
    return bool(newest.get("serviceConnectConfiguration", {}).get("enabled"))


def use_names(aws: Aws, stage: Stage) -> None:
    """From inside a task of web: each name answers, from every task. Raises DemoFailed."""
    stage.text("    # ECS Exec is not built yet: this goes through the Docker Engine instead.")
    caller = tasks_of(aws, WEB)
    if not caller:
        raise DemoFailed("web has no running task.", f"aws ecs list-tasks --cluster {CLUSTER}")
    answers = asyncio.run(_ask_names(stage, caller[0]))
    for part, served in answers:
        stage.say(f"http://{part.name} answers: {tally(served)}")
        if len(served) < DESIRED:
            raise DemoFailed(
                f"http://{part.name} answered from {len(served)} tasks, not from {DESIRED}.",
                f"aws servicediscovery discover-instances --namespace-name {NAMESPACE} "
                f"--service-name {part.name}",
            )


async def _ask_names(stage: Stage, task: str) -> list[tuple[Part, Counter[str]]]:
    async with Docker() as docker:
        caller = await inside(docker, task, WEB.name)
        stage.shell(f"docker exec {caller.id} cat /etc/hosts")
        for line in _names_in(await caller.run("cat /etc/hosts")):
            stage.say(line)
        answers = []
        for part in SERVERS:
            url = f"http://{part.name}/whoami"
            stage.shell(f"docker exec {caller.id} {CURL} '{url}?[1-{ASKED}]'")
            answers.append((part, await _who(caller, part, url)))
        return answers


async def _who(caller: Inside, part: Part, url: str) -> Counter[str]:
    printed = await caller.run(f"{CURL} '{url}?[1-{ASKED}]'")
    served = who_served(part, printed.splitlines())
    if sum(served.values()) != ASKED:
        raise DemoFailed(
            f"{url} answered {sum(served.values())} of {ASKED} requests from inside web: "
            f"{printed.strip()[:200] or 'nothing'}",
            f"docker exec {caller.id} curl -sv {url}",
        )
    return served


def who_served(part: Part, lines: Iterable[str]) -> Counter[str]:
    """Counts answers of /whoami ("cats 3f2a… 10.0.0.5") by the container that gave them."""
    words = (line.split() for line in lines)
    return Counter(w[1] for w in words if len(w) == 3 and w[0] == part.name)


def _names_in(hosts: str) -> list[str]:
    return [line.replace("\t", " ") for line in hosts.splitlines() if line.startswith("127.255.")]


def _ensure_namespace(aws: Aws, stage: Stage) -> None:
    cluster = aws.ecs.describe_clusters(clusters=[CLUSTER])["clusters"][0]
    if cluster.get("serviceConnectDefaults", {}).get("namespace"):
        stage.already(f"namespace {cluster['serviceConnectDefaults']['namespace']}")
        return
    stage.call(
        aws.ecs,
        "update_cluster",
        cluster=CLUSTER,
        serviceConnectDefaults={"namespace": NAMESPACE},
    )
    arn = stage.wait(
        lambda: _attached(aws),
        seconds=NAMESPACE_SECONDS,
        late=f"The namespace {NAMESPACE} is not attached to the cluster",
        where=f"aws ecs describe-clusters --clusters {CLUSTER} --include ATTACHMENTS",
    )
    stage.say(f"default namespace {arn}")


def _attached(aws: Aws) -> tuple[str | None, str]:
    cluster = aws.ecs.describe_clusters(clusters=[CLUSTER])["clusters"][0]
    namespace = cluster.get("serviceConnectDefaults", {}).get("namespace")
    ready = namespace and cluster["status"] == "ACTIVE"
    return (str(namespace) if ready else None), f"cluster {CLUSTER}: {cluster['status']}"


def _show(aws: Aws, stage: Stage, services: Services) -> None:
    names = [part.name for part in PARTS]
    query = "services[].deployments[0].serviceConnectResources"
    stage.shell(
        f"aws ecs describe-services --cluster {CLUSTER} --services {' '.join(names)} "
        f"--query '{query}'"
    )
    for name in names:
        resources = services[name]["deployments"][0].get("serviceConnectResources", [])
        told = [f"{r['discoveryName']} is {tail(r['discoveryArn'])}" for r in resources]
        stage.say(f"{name}: {', '.join(told) or 'offers nothing, client side only'}")
    for part in SERVERS:
        answer = stage.call(
            aws.servicediscovery,
            "discover_instances",
            NamespaceName=NAMESPACE,
            ServiceName=part.name,
        )
        stage.say(f"{part.name}: {', '.join(_places(answer['Instances'])) or 'no instances'}")


def _places(instances: Iterable[dict[str, Any]]) -> list[str]:
    return [
        f"{i['Attributes'].get('AWS_INSTANCE_IPV4', '?')}"
        f":{i['Attributes'].get('AWS_INSTANCE_PORT', '?')}"
        for i in instances
    ]
