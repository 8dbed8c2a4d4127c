"""Policies from end to end: tags on running services, told by the program, kept by the proxy."""

from __future__ import annotations

import http.client
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from tests.live.envoy_stage import connect_in
from tests.live.story import (
    CLUSTER,
    Town,
    a_site,
    a_town,
    docker,
    eventually,
    needs_machine,
    under_traffic,
)

pytestmark = needs_machine


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    """web calls cats; dogs are there as well."""
    with a_site() as site:
        town = a_town(site)
        for name in ("web", "cats", "dogs"):
            offer = {"portName": name, "clientAliases": [{"port": 80, "dnsName": name}]}
            offers = {} if name == "web" else {"services": [offer]}
            town.definition(name)
            town.create_service(
                name,
                desiredCount=1,
                serviceConnectConfiguration={"enabled": True, **offers},
            )
        town.stable("web", "cats", "dogs")
        yield town
        assert site.errors() == []


class Caller:
    """One connection from web's container to cats, kept for all its requests."""

    def __init__(self, town: Town) -> None:
        (task,) = town.tasks("web")
        address = town.inside(task["taskArn"], "getent hosts cats").split()[0]
        pid = docker("inspect", "--format", "{{.State.Pid}}", town.container(task["taskArn"]))
        self._connection = http.client.HTTPConnection("cats")
        self._connection.sock = connect_in(f"/proc/{pid.strip()}/ns/net", address, 80)
        self._socket = self._connection.sock

    def close(self) -> None:
        """End it."""
        self._socket.close()

    def ask(self, path: str = "/cats/") -> tuple[int, str]:
        """Status and body; the connection must be the same as ever."""
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        body = answer.read().decode()
        assert self._connection.sock is self._socket, "the proxy ended the connection"
        return answer.status, body

    def until(self, holds: Callable[[int], bool], path: str = "/cats/") -> float:
        """Ask until the status is so; how many seconds that took."""
        began = time.monotonic()
        eventually(lambda: holds(self.ask(path)[0]), "the new word holds", 10)
        return time.monotonic() - began


@pytest.fixture(scope="module")
def caller(town: Town) -> Iterator[Caller]:
    caller = Caller(town)
    yield caller
    caller.close()


def mesh(town: Town, *words: str) -> str:
    done = town.site.cli("mesh", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def deployments(town: Town) -> list[Any]:
    return [[d["id"] for d in town.service(name)["deployments"]] for name in ("web", "cats")]


def test_a_word_holds_for_running_tasks_and_open_connections_at_once(
    town: Town, caller: Caller
) -> None:
    assert caller.ask()[0] == 200
    before = deployments(town)
    service = town.service("cats")["serviceArn"]
    for value, status in (("418", 418), ("off", 200)):
        tags = [{"key": "seaway:fault.abort", "value": value}]
        town.aws.ecs.tag_resource(resourceArn=service, tags=tags)
        took = caller.until(lambda found, wanted=status: found == wanted)
        print(f"fault.abort={value} in force after {took * 1000:.0f} ms")
    mesh(town, "set", "web", "--to", "cats", "route.1=path:/dogs to=dogs")
    caller.until(lambda status: status == 200, "/dogs/")
    assert caller.ask()[0] == 200
    mesh(town, "set", f"{CLUSTER}/cats", "split=dogs")
    caller.until(lambda status: status == 404)
    mesh(town, "unset", "cats", "split", "fault.abort")
    caller.until(lambda status: status == 200)
    assert deployments(town) == before


def test_who_may_not_call_is_told_so_and_the_command_tells_why(town: Town, caller: Caller) -> None:
    mesh(town, "set", "cats", "intentions=deny")
    caller.until(lambda status: status == 403)
    assert caller.ask()[1] == "web may not call cats: service cats says intentions=deny"
    (told,) = json.loads(mesh(town, "policy", "web", "cats", "--json"))
    assert told["mayCall"] == {
        "allowed": False,
        "rule": "intentions=deny",
        "from": "service cats",
    }
    mesh(town, "allow", "web", "cats")
    caller.until(lambda status: status == 200)
    assert "allow=web" in mesh(town, "policy", "web", "cats")


def test_words_that_change_under_traffic_fail_no_request_but_those_they_deny(town: Town) -> None:
    web = town.container(town.tasks("web")[0]["taskArn"])
    cats = town.service("cats")["serviceArn"]
    said = {
        "timeout": "5s",
        "idle-timeout": "61s",
        "retries": "3",
        "outlier.failures": "4",
        "limits.connections": "200",
        "balancing": "hash source",
        "deny": "dogs",
    }
    with under_traffic(web, cats="http://cats/whoami") as outcomes:
        for key, value in said.items():
            tags = [{"key": f"seaway:{key}", "value": value}]
            town.aws.ecs.tag_resource(resourceArn=cats, tags=tags)
        in_force = partial(mesh, town, "policy", "web", "cats")
        eventually(lambda: "hash source" in in_force(), "they are in force")
        town.aws.ecs.untag_resource(resourceArn=cats, tagKeys=[f"seaway:{key}" for key in said])
    assert outcomes["cats"].failures == Counter()
    with under_traffic(web, cats="http://cats/whoami") as outcomes:
        mesh(town, "deny", "web", "cats")
        asked = "curl -s -o /dev/null -w '%{http_code}' http://cats/whoami"
        eventually(lambda: docker("exec", web, "sh", "-c", asked) == "403", "web is denied", 10)
        mesh(town, "unset", "cats", "deny")
    assert set(outcomes["cats"].failures) == {"HTTP 403"}
