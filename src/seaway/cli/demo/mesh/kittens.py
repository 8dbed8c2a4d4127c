"""Chapter one: a service made after its callers is called by name at once; so it goes again."""

from __future__ import annotations

import time
from typing import Any

from seaway.cli.demo.clients import Aws
from seaway.cli.demo.failure import DemoFailed
from seaway.cli.demo.mesh.asking import Caller, a_caller
from seaway.cli.demo.names import CATS, CLUSTER, PROVIDER, Part
from seaway.cli.demo.stage import Stage

KITTENS = "kittens"
NAME_SECONDS = 10.0
ANSWER_SECONDS = 90.0
_DESCRIBE = f"aws ecs describe-services --cluster {CLUSTER} --services {KITTENS}"


def live_names(aws: Aws, stage: Stage) -> None:
    """Make the service kittens; a task of web that runs already calls it. Raises DemoFailed."""
    web = a_caller(aws)
    started = _started_at(aws, web)
    if KITTENS not in web.run("cat /etc/hosts"):
        stage.shell(f"docker exec {web.part.name} curl http://{KITTENS}/whoami")
        stage.say(f"curl: {web.run(f'curl -sS http://{KITTENS}/whoami 2>&1').strip()}")
    if not _there(aws):
        answer = stage.call(aws.ecs, "create_service", **request(CATS))
        stage.say(answer["service"]["serviceArn"])
    answered = time.monotonic()
    took = _seconds_until(lambda: KITTENS in web.run("cat /etc/hosts"), NAME_SECONDS)
    stage.say(f"the name is in the running task's hosts file {took - answered:.2f} s later")
    stage.wait(
        lambda: (True if web.status(f"http://{KITTENS}/whoami") == "200" else None, "first task"),
        seconds=ANSWER_SECONDS,
        late=f"http://{KITTENS} does not answer",
        where=_DESCRIBE,
    )
    stage.say(f"http://{KITTENS}/whoami: {web.run(f'curl -s http://{KITTENS}/whoami').strip()}")
    if _started_at(aws, web) != started:
        raise DemoFailed("The task of web was replaced meanwhile, so this shows nothing.")
    stage.say(f"the task of web runs since {started:%H:%M:%S}, and was not touched")


def name_goes(aws: Aws, stage: Stage) -> None:
    """Delete kittens; its name leaves the running task. Raises DemoFailed."""
    web = a_caller(aws)
    if _there(aws):
        stage.call(aws.ecs, "delete_service", cluster=CLUSTER, service=KITTENS, force=True)
    stage.wait(
        lambda: (True if KITTENS not in web.run("cat /etc/hosts") else None, "its task drains"),
        seconds=ANSWER_SECONDS,
        late=f"The name {KITTENS} is still there",
        where=_DESCRIBE,
    )
    stage.say(f"{KITTENS} is gone from the hosts file of web's running task")


def request(like: Part) -> dict[str, Any]:
    """What CreateService is asked for: another service of the same task definition."""
    alias = {"port": 80, "dnsName": KITTENS}
    offered = {
        "portName": like.port_name,
        "discoveryName": KITTENS,
        "clientAliases": [alias],
    }
    return {
        "cluster": CLUSTER,
        "serviceName": KITTENS,
        "taskDefinition": like.family,
        "desiredCount": 1,
        "capacityProviderStrategy": [{"capacityProvider": PROVIDER, "weight": 1}],
        "serviceConnectConfiguration": {"enabled": True, "services": [offered]},
    }


def _there(aws: Aws) -> bool:
    found = aws.ecs.describe_services(cluster=CLUSTER, services=[KITTENS])["services"]
    return any(service["status"] == "ACTIVE" for service in found)


def _started_at(aws: Aws, caller: Caller) -> Any:
    return aws.ecs.describe_tasks(cluster=CLUSTER, tasks=[caller.task])["tasks"][0]["startedAt"]


def _seconds_until(holds: Any, seconds: float) -> float:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise DemoFailed(f"The name {KITTENS} is not in the running task.", _DESCRIBE)
    return time.monotonic()
