"""Chapter six: three services, brought up and awaited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from seaway.cli.demo.clients import Aws, tail
from seaway.cli.demo.failure import DemoFailed
from seaway.cli.demo.names import CLUSTER, PARTS, PROVIDER, Part
from seaway.cli.demo.network import Network
from seaway.cli.demo.stage import Stage

DESIRED = 2
STABLE_SECONDS = 180.0
EVENTS_SHOWN = 3

Services = dict[str, dict[str, Any]]
"""What DescribeServices says, by name."""


def ensure_services(
    aws: Aws,
    stage: Stage,
    network: Network,
    definitions: Mapping[str, str],
    groups: Mapping[str, str],
    changed: frozenset[str],
) -> None:
    """The three services, steady. ``changed`` names those whose image is new since they started.

    Raises DemoFailed, ClientError.
    """
    there = living(aws)
    known = event_ids(there)
    for part in PARTS:
        if part.name not in there:
            wanted = request(part, network, definitions[part.name], groups[part.name])
            answer = stage.call(aws.ecs, "create_service", **wanted)
            stage.say(answer["service"]["serviceArn"])
        elif not _is_current(there[part.name], definitions[part.name], part, changed):
            _redeploy(aws, stage, part, definitions[part.name])
        else:
            stage.already(f"service {part.name}")
    show_events(stage, await_steady(aws, stage), known)


def request(part: Part, network: Network, definition: str, group: str) -> dict[str, Any]:
    """What CreateService is asked for."""
    wanted: dict[str, Any] = {
        "cluster": CLUSTER,
        "serviceName": part.name,
        "taskDefinition": definition.rsplit("/", 1)[-1],
        "desiredCount": DESIRED,
        "enableExecuteCommand": True,
        "loadBalancers": [
            {"targetGroupArn": group, "containerName": part.name, "containerPort": 80}
        ],
    }
    if not part.fargate:
        strategy = [{"capacityProvider": PROVIDER, "weight": 1}]
        return {**wanted, "capacityProviderStrategy": strategy}
    vpc = {
        "subnets": list(network.subnets),
        "securityGroups": [network.service_group],
        "assignPublicIp": "ENABLED",
    }
    return {
        **wanted,
        "launchType": "FARGATE",
        "networkConfiguration": {"awsvpcConfiguration": vpc},
    }


def living(aws: Aws) -> Services:
    """The demo's services that are active, by name."""
    names = [part.name for part in PARTS]
    answer = aws.ecs.describe_services(cluster=CLUSTER, services=names)
    return {s["serviceName"]: s for s in answer["services"] if s["status"] == "ACTIVE"}


def tasks_of(aws: Aws, part: Part) -> list[str]:
    """ARNs of a service's running tasks."""
    listed = aws.ecs.list_tasks(cluster=CLUSTER, serviceName=part.name, desiredStatus="RUNNING")
    if not listed["taskArns"]:
        return []
    tasks = aws.ecs.describe_tasks(cluster=CLUSTER, tasks=listed["taskArns"])["tasks"]
    return [str(t["taskArn"]) for t in tasks if t["lastStatus"] == "RUNNING"]


def await_steady(
    aws: Aws, stage: Stage, also: Callable[[Services], str | None] = lambda _: None
) -> Services:
    """Wait until every service has its tasks and one deployment, as services-stable does.

    ``also`` may name something that is still missing. Raises DemoFailed.
    """
    names = [part.name for part in PARTS]
    stage.shell(f"aws ecs wait services-stable --cluster {CLUSTER} --services {' '.join(names)}")

    def look() -> tuple[Services | None, str]:
        services = living(aws)
        missing = [n for n in names if n not in services or not is_steady(services[n])]
        rest = also(services)
        if not missing and rest is None:
            return services, "steady"
        return None, rest or ", ".join(progress(services[n]) for n in names if n in services)

    try:
        return stage.wait(
            look,
            seconds=STABLE_SECONDS,
            late="The services are not steady",
            where=f"aws ecs describe-services --cluster {CLUSTER} --services {' '.join(names)} "
            "--query 'services[].events[:5].message'",
        )
    except DemoFailed as late:
        raise DemoFailed(str(late), *_last_words(aws), *late.look) from late


def _last_words(aws: Aws) -> list[str]:
    """Why it may be that tasks don't come up: newest events, and why tasks stopped."""
    said = [str(s["events"][0]["message"]) for s in living(aws).values() if s["events"]]
    stopped = aws.ecs.list_tasks(cluster=CLUSTER, desiredStatus="STOPPED")["taskArns"]
    if stopped:
        tasks = aws.ecs.describe_tasks(cluster=CLUSTER, tasks=stopped[:10])["tasks"]
        reasons = Counter(f"{t['group']}: {t.get('stoppedReason', 'no reason')}" for t in tasks)
        said += [f"{count} × {reason}" for reason, count in reasons.most_common(3)]
    return said


def is_steady(service: Mapping[str, Any]) -> bool:
    """One deployment, with every task it wants running."""
    deployments: Sequence[Mapping[str, Any]] = service["deployments"]
    return (
        len(deployments) == 1
        and service["runningCount"] == service["desiredCount"]
        and deployments[0].get("rolloutState", "COMPLETED") == "COMPLETED"
    )


def progress(service: Mapping[str, Any]) -> str:
    """Where a service is on its way, in a few words."""
    newest = service["deployments"][0]
    old = sum(d["runningCount"] for d in service["deployments"][1:])
    text = f"{service['serviceName']} {newest['runningCount']} of {service['desiredCount']}"
    return f"{text} (and {old} to replace)" if old else text


def event_ids(services: Services) -> frozenset[str]:
    """What has been said of the services so far."""
    return frozenset(str(event["id"]) for s in services.values() for event in s["events"])


def show_events(stage: Stage, services: Services, known: frozenset[str]) -> None:
    """Each service's newest events that were not known before, and that it is steady."""
    for name, service in services.items():
        new = [event for event in service["events"] if event["id"] not in known]
        for event in reversed(new[:EVENTS_SHOWN]):
            stage.say(str(event["message"]))
        if not new:
            stage.say(f"service {name}: {service['runningCount']} tasks running")


def _is_current(
    service: Mapping[str, Any], definition: str, part: Part, changed: frozenset[str]
) -> bool:
    return tail(service["taskDefinition"]) == tail(definition) and part.name not in changed


def _redeploy(aws: Aws, stage: Stage, part: Part, definition: str) -> None:
    stage.call(
        aws.ecs,
        "update_service",
        cluster=CLUSTER,
        service=part.name,
        taskDefinition=tail(definition),
        forceNewDeployment=True,
    )
    stage.say(f"service {part.name} rolls over to what is new")
