"""Everybody calls by name: tasks that were run, the machine's own programs, whoever is outside.

And intentions hold for all of them, by the proxy and past it.
"""

from __future__ import annotations

import http.client
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.story import CLUSTER, NAMESPACE, Town, a_site, a_town, eventually, needs_machine

pytestmark = needs_machine

CATS = f"cats.{NAMESPACE}"


@pytest.fixture(scope="module")
def gateway() -> tuple[str, int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return "127.0.0.1", int(free.getsockname()[1])


@pytest.fixture(scope="module")
def town(gateway: tuple[str, int]) -> Iterator[Town]:
    """cats, which can be called; and images to run."""
    os.environ["SEAWAY_GATEWAY"] = "{}:{}".format(*gateway)
    try:
        with a_site() as site:
            town = a_town(site, ("web", "cats"))
            offer = {"portName": "cats", "clientAliases": [{"port": 80, "dnsName": "cats"}]}
            for name in ("web", "cats"):
                town.definition(name)
            connect = {"enabled": True, "services": [offer]}
            town.create_service("cats", desiredCount=1, serviceConnectConfiguration=connect)
            town.stable("cats")
            yield town
    finally:
        del os.environ["SEAWAY_GATEWAY"]


def get(host: str, address: str, port: int = 80) -> tuple[int, str]:
    """One request: status and body; status 0 when there is no answer."""
    connection = http.client.HTTPConnection(address, port, timeout=5)
    try:
        connection.request("GET", "/cats/", headers={"Host": host})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError as error:
        return 0, str(error)
    finally:
        connection.close()


def say(town: Town, **tags: str) -> None:
    arn = town.service("cats")["serviceArn"]
    given = [{"key": f"seaway:{key}", "value": value} for key, value in tags.items()]
    town.aws.ecs.tag_resource(resourceArn=arn, tags=given)


def unsay(town: Town, *keys: str) -> None:
    arn = town.service("cats")["serviceArn"]
    town.aws.ecs.untag_resource(resourceArn=arn, tagKeys=[f"seaway:{key}" for key in keys])


def has_machines_names(town: Town) -> bool:
    """Of several Seaways that are on a machine at a time, one has the machine's own names."""
    return "serve another Seaway on this machine" not in town.site.log.read_text()


@pytest.fixture(scope="module")
def job(town: Town) -> dict[str, Any]:
    """A task that was run by hand."""
    started = town.aws.ecs.run_task(cluster=CLUSTER, taskDefinition="web")["tasks"][0]
    eventually(lambda: town.task(started["taskArn"])["lastStatus"] == "RUNNING", "the job runs")
    return town.task(started["taskArn"])


def test_a_task_that_was_run_calls_by_name(town: Town, job: dict[str, Any]) -> None:
    answer = town.inside(job["taskArn"], "curl -s -o /dev/null -w '%{http_code}' http://cats/cats/")
    assert answer == "200"


def test_the_machines_own_programs_call_by_name(town: Town) -> None:
    if not has_machines_names(town):
        pytest.skip("the machine's own names serve another Seaway")
    # A Seaway that was killed leaves the names behind; to take them over needs a moment.
    eventually(lambda: f"\t{CATS}\n" in Path("/etc/hosts").read_text(), "the name is there", 10)
    assert socket.gethostbyname(CATS).startswith("127.254.")
    eventually(lambda: get(CATS, CATS)[0] == 200, "the machine calls cats", 10)


def test_the_gateway_leads_to_every_endpoint_by_the_name_called(
    town: Town, gateway: tuple[str, int]
) -> None:
    eventually(lambda: get(CATS, *gateway)[0] == 200, "the gateway leads to cats", 10)
    assert get(f"{CATS}:8080", *gateway)[0] == 200
    assert get("birds.nowhere", *gateway)[0] == 404


def test_each_of_them_can_be_refused_by_name(
    town: Town, job: dict[str, Any], gateway: tuple[str, int]
) -> None:
    fetch = "curl -s -o /dev/null -w '%{http_code}' http://cats/cats/"
    say(town, deny="family:web machine gateway")
    eventually(lambda: town.inside(job["taskArn"], fetch) == "403", "the job is refused", 10)
    machine = has_machines_names(town)
    eventually(lambda: not machine or get(CATS, CATS)[0] == 403, "the machine is refused", 10)
    eventually(lambda: get(CATS, *gateway)[0] == 403, "the gateway is refused", 10)
    unsay(town, "deny")
    eventually(lambda: town.inside(job["taskArn"], fetch) == "200", "the job may call", 10)
    eventually(lambda: not machine or get(CATS, CATS)[0] == 200, "the machine may call", 10)
    eventually(lambda: get(CATS, *gateway)[0] == 200, "the gateway may call", 10)


def test_who_may_not_call_does_not_get_past_the_proxy_either(
    town: Town, job: dict[str, Any]
) -> None:
    (task,) = town.tasks("cats")
    hosts = town.inside(task["taskArn"], "cat /etc/hosts").split()
    direct = next(word for word in hosts if word.startswith("10."))
    fetch = f"curl -s -m 2 -o /dev/null -w '%{{http_code}}' http://{direct}/cats/ || true"
    assert town.inside(job["taskArn"], fetch) == "200"
    say(town, deny="family:web")
    eventually(lambda: town.inside(job["taskArn"], fetch) == "000", "it is refused", 10)
    metrics = eventually(
        lambda: town.aws.cloudwatch.list_metrics(
            Namespace="Seaway/Mesh", MetricName="DirectCallsDenied"
        )["Metrics"],
        "the refusal is counted",
    )
    assert {"Name": "ServiceName", "Value": "cats"} in metrics[0]["Dimensions"]
    say(town, deny="family:jobs")
    eventually(lambda: town.inside(job["taskArn"], fetch) == "200", "it is let in", 10)
    unsay(town, "deny")
