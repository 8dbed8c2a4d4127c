"""Service Connect's traffic shared out between two deployments of a service.

Its callers run on, connections too, whatever the shares become; test requests have their own way.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.story import (
    CLUSTER,
    Site,
    Town,
    a_town,
    docker,
    eventually,
    needs_machine,
    under_traffic,
)

pytestmark = needs_machine

RAW = 'server { listen 81; default_type text/plain; return 200 "$hostname\\n"; }'
SERVE = f"printf '%s' '{RAW}' > /etc/nginx/conf.d/raw.conf && exec nginx -g 'daemon off;'"
HTTP, TCP = "http://cats/whoami", "http://cats:81/"


class Shifted(Site):
    """A Seaway that shares traffic out as a file says."""

    @property
    def shares(self) -> Path:
        return self.directory / "shares.json"

    def program(self) -> list[str]:
        return [sys.executable, "-m", "tests.live.shifting", str(self.shares)]

    def share_out(self, **told: Any) -> None:
        """As a RevisionTraffic; nothing = all tasks alike."""
        written = self.shares.with_suffix(".new")
        written.write_text(json.dumps(told) if told else "")
        written.rename(self.shares)


class Revisions:
    """cats, halfway between two deployments; and web, that calls it."""

    def __init__(self, town: Town, site: Shifted) -> None:
        self.town, self.site = town, site
        self.web = town.tasks("web")[0]["taskArn"]
        self.service = town.service("cats")["serviceArn"]
        self.new, self.old = (d["id"] for d in town.service("cats")["deployments"])

    def share_out(self, *, old: int, new: int) -> None:
        weights = {self.old: old, self.new: new}
        self.site.share_out(service=self.service, weights=weights, test=self.new)

    def hosts(self, deployment: str) -> list[str]:
        """The host names of a deployment's tasks that take requests."""
        tasks = [task for task in self.town.tasks("cats") if task["startedBy"] == deployment]
        healthy = [task for task in tasks if task["healthStatus"] == "HEALTHY"]
        return [
            self.town.inside(task["taskArn"], "cat /proc/sys/kernel/hostname").strip()
            for task in healthy
        ]

    def answers(self, url: str, times: int, *options: str) -> dict[str, int]:
        """How many requests each deployment answers, by connections of their own."""
        asked = " ".join(("curl -s -H 'Connection: close'", *options, f"'{url}?[1-{times}]'"))
        said = Counter(word for word in self.town.inside(self.web, asked).split())
        hosts = {"old": self.hosts(self.old), "new": self.hosts(self.new)}
        return {name: sum(said[host] for host in there) for name, there in hosts.items()}


@pytest.fixture(scope="module")
def revisions() -> Iterator[Revisions]:
    site = Shifted()
    site.start()
    try:
        town = a_town(site, ("web", "cats"))
        define(town)
        town.create_service("cats", serviceConnectConfiguration=offered())
        town.definition("web")
        town.create_service("web", desiredCount=1, serviceConnectConfiguration={"enabled": True})
        eventually(lambda: len(town.tasks("cats")) == 2, "cats run")
        for task in town.tasks("cats"):
            make_healthy(town, task)
        town.stable("cats", "web")
        begin_another(town)
        yield Revisions(town, site)
        assert site.errors() == []
    except BaseException:
        print(site.log.read_text()[-6000:])
        raise
    finally:
        site.end()


def define(town: Town) -> None:
    """Tasks that are healthy once somebody says so."""
    check = {"command": ["CMD-SHELL", "test -e /tmp/healthy"], "interval": 5, "startPeriod": 300}
    ports = [
        {"name": "cats", "containerPort": 80, "hostPort": 0, "appProtocol": "http"},
        {"name": "raw", "containerPort": 81, "hostPort": 0},
    ]
    town.definition("cats", command=["sh", "-c", SERVE], healthCheck=check, portMappings=ports)


def offered() -> dict[str, Any]:
    return {
        "enabled": True,
        "services": [
            {"portName": name, "clientAliases": [{"port": port, "dnsName": "cats"}]}
            for name, port in (("cats", 80), ("raw", 81))
        ],
    }


def make_healthy(town: Town, task: dict[str, Any]) -> None:
    docker("exec", town.container(task["taskArn"]), "touch", "/tmp/healthy")
    arn = task["taskArn"]
    eventually(lambda: town.task(arn)["healthStatus"] == "HEALTHY", "the task is healthy")


def begin_another(town: Town) -> None:
    """A deployment that gets as far as one healthy task, and one of the old goes."""
    before = {task["taskArn"] for task in town.tasks("cats")}
    town.aws.ecs.update_service(cluster=CLUSTER, service="cats", forceNewDeployment=True)

    def begun() -> list[dict[str, Any]]:
        return [task for task in town.tasks("cats") if task["taskArn"] not in before]

    make_healthy(town, eventually(begun, "a new task runs")[0])
    eventually(lambda: len(before & {t["taskArn"] for t in town.tasks("cats")}) == 1, "one goes")


def test_shares_are_followed_at_once_and_nothing_is_redeployed_or_lost(
    revisions: Revisions,
) -> None:
    town = revisions.town
    before = {task["taskArn"] for name in ("web", "cats") for task in town.tasks(name)}
    caller = town.container(revisions.web)
    with under_traffic(caller, http=HTTP, tcp=TCP) as outcomes:
        for url in (HTTP, TCP):
            assert min(revisions.answers(url, 20).values()) >= 5, "all tasks are alike"
        revisions.share_out(old=90, new=10)
        for url in (HTTP, TCP):
            found = eventually(lambda url=url: ninety(revisions, url), f"{url} is shared out", 20)
            print(url, found)
        revisions.share_out(old=0, new=100)
        for url in (HTTP, TCP):
            eventually(lambda url=url: not revisions.answers(url, 20)["old"], "all go to new", 20)
            assert revisions.answers(url, 20) == {"old": 0, "new": 20}
        revisions.share_out(old=100, new=0)
        for url in (HTTP, TCP):
            eventually(lambda url=url: not revisions.answers(url, 20)["new"], "all go to old", 20)
        revisions.site.share_out()
        for url in (HTTP, TCP):
            eventually(lambda url=url: revisions.answers(url, 20)["new"], "all are alike", 20)
    assert {name: outcome.failures for name, outcome in outcomes.items()} == {
        "http": Counter(),
        "tcp": Counter(),
    }
    assert {t["taskArn"] for name in ("web", "cats") for t in town.tasks(name)} == before


def ninety(revisions: Revisions, url: str) -> dict[str, int] | None:
    """What was answered, if it is about nine in ten: 1 in 1,000,000 times it is not."""
    found = revisions.answers(url, 200)
    return found if found["old"] + found["new"] == 200 and 2 <= found["new"] <= 45 else None


def test_test_requests_go_to_the_test_deployment_alone(revisions: Revisions) -> None:
    revisions.share_out(old=100, new=0)
    eventually(lambda: not revisions.answers(HTTP, 20)["new"], "production goes to old", 20)
    mark = "-H 'x-amzn-ecs-blue-green-test: 1'"
    assert revisions.answers(HTTP, 20, mark) == {"old": 0, "new": 20}
    assert revisions.answers(HTTP, 20) == {"old": 20, "new": 0}
    revisions.site.share_out()
