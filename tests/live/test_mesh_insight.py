"""A town that runs: its traffic explained, shown and tapped, by the program's own commands."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.live.story import CLUSTER, Town, a_site, a_town, eventually, needs_machine

pytestmark = needs_machine


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    """web, a client only, and cats."""
    with a_site() as site:
        made = a_town(site, ("web", "cats"))
        for name in ("web", "cats"):
            made.definition(name)
            connect: dict[str, Any] = {"enabled": True}
            if name == "cats":
                alias = {"port": 80, "dnsName": name}
                connect["services"] = [{"portName": name, "clientAliases": [alias]}]
            made.create_service(
                name, desiredCount=1 if name == "web" else 2, serviceConnectConfiguration=connect
            )
        made.stable("web", "cats")
        yield made


def explained(town: Town, caller: str = "web", target: str = "cats") -> dict[str, Any]:
    done = town.site.cli("explain", caller, target, "--json")
    assert done.stderr == "", done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (1 if told["standing"] == "broken" else 0)
    return told


def ask(town: Town, path: str = "/cats/", count: int = 1) -> list[str]:
    """web asks http://cats so often; the statuses."""
    (task,) = town.tasks("web")
    command = f"curl -s -o /dev/null -w '%{{http_code}}\\n' 'http://cats{path}?[1-{count}]'"
    return town.inside(task["taskArn"], command).split()


def test_a_way_that_is_whole_is_explained_as_such(town: Town) -> None:
    assert ask(town) == ["200"]
    told = explained(town)
    assert told["standing"] == "ok", told["diagnosis"]
    assert told["diagnosis"] == "Nothing is in the way from web to cats."
    assert town.site.cli("explain", "web", "cats").stdout.endswith(told["diagnosis"] + "\n")


def test_top_and_metrics_show_what_was_asked(town: Town) -> None:
    before = _counted(town)
    assert ask(town, count=20) == ["200"] * 20
    eventually(lambda: _counted(town) >= before + 20, "twenty more requests are counted", 20)
    done = town.site.cli("mesh", "top", "--once")
    assert done.returncode == 0, done.stderr
    (row,) = (line for line in done.stdout.splitlines() if line.startswith("web"))
    assert row.split()[1] == "cats"


def _counted(town: Town) -> float:
    url = f"{town.site.settings.url}/_seaway/metrics"
    with urllib.request.urlopen(url, timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    return sum(
        float(line.split()[-1])
        for line in lines
        if line.startswith("seaway_requests_total") and 'code_class="2xx"' in line
    )


def test_tap_shows_requests_as_they_pass_and_ends_when_nobody_looks(town: Town) -> None:
    command = [sys.executable, "-m", "seaway.cli", "mesh", "tap", "--json", "--path", "/tapped"]
    environment = {**os.environ, "SEAWAY_DATA_DIR": str(town.site.settings.data_dir)}
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        # Ctrl-C is ignored by what was started from a shell's background job, as tests may be.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as tapping:
        assert tapping.stdout is not None
        passing = subprocess.Popen(
            [
                *("docker", "exec", town.container(town.tasks("web")[0]["taskArn"]), "sh", "-c"),
                "while :; do curl -s -o /dev/null http://cats/tapped; sleep 0.1; done",
            ]
        )
        try:
            told = json.loads(tapping.stdout.readline())
        finally:
            passing.kill()
            passing.wait()
        tapping.send_signal(signal.SIGINT)
        tapping.stdout.read()
    assert tapping.returncode == 0
    assert (told["caller"], told["target"], told["status"]) == ("web", "cats", 404)
    assert told["path"] == "/tapped"
    eventually(lambda: _runtime(town) in ("", "0"), "the proxy's tap is off")


def _runtime(town: Town) -> str:
    """Envoy's own word on the tap's switch."""
    socket = town.site.settings.proxy_dir / "admin.sock"
    told = subprocess.run(
        ["curl", "-s", "--unix-socket", str(socket), "http://admin/runtime"],
        capture_output=True,
        text=True,
        check=True,
    )
    entries = json.loads(told.stdout)["entries"]
    return str(entries.get("seaway.tap", {}).get("final_value", ""))


def test_a_server_that_does_not_listen_is_told_by_what_happened(town: Town) -> None:
    port = {"name": "cats", "containerPort": 8081, "hostPort": 0, "appProtocol": "http"}
    wrong = town.definition("cats", portMappings=[port])
    update = town.aws.ecs.update_service
    update(cluster=CLUSTER, service="cats", taskDefinition=wrong)
    try:
        eventually(lambda: ask(town) == ["503"], "calls fail")
        told = eventually(lambda: _told_with(town, "UF"), "the failures are told", 40)
        assert told["standing"] == "broken"
        assert "nothing listens on its container port" in told["diagnosis"]
    finally:
        update(cluster=CLUSTER, service="cats", taskDefinition="cats:1")
        town.stable("cats")


def _told_with(town: Town, word: str) -> dict[str, Any] | None:
    ask(town)
    told = explained(town)
    return told if f"({word})" in told["diagnosis"] else None


def test_who_may_not_call_is_told_so_and_counted(town: Town) -> None:
    arn = town.service("cats")["serviceArn"]
    town.aws.ecs.tag_resource(resourceArn=arn, tags=[{"key": "seaway:deny", "value": "web"}])
    try:
        eventually(lambda: ask(town) == ["403"], "calls are turned away")
        told = explained(town)
        assert told["standing"] == "broken"
        assert told["diagnosis"].startswith("web may not call cats: service cats says deny=web")
        metrics = town.aws.cloudwatch
        eventually(
            lambda: metrics.list_metrics(Namespace="Seaway/Mesh", MetricName="CallsDenied")[
                "Metrics"
            ],
            "the calls are counted",
            20,
        )
    finally:
        town.aws.ecs.untag_resource(resourceArn=arn, tagKeys=["seaway:deny"])
        eventually(lambda: ask(town) == ["200"], "calls pass again")


def test_a_target_without_tasks_is_told_with_what_to_do(town: Town) -> None:
    update = town.aws.ecs.update_service
    update(cluster=CLUSTER, service="cats", desiredCount=0)
    try:
        eventually(lambda: town.tasks("cats") == [], "cats is gone")
        told = explained(town)
        assert told["standing"] == "broken"
        assert "Service cats of cluster story has no running task." in told["diagnosis"]
        assert "--desired-count" in told["diagnosis"]
    finally:
        update(cluster=CLUSTER, service="cats", desiredCount=2)
        town.stable("cats")


def test_a_tap_that_was_on_when_seaway_died_is_off_when_it_is_back(town: Town) -> None:
    command = [sys.executable, "-m", "seaway.cli", "mesh", "tap"]
    environment = {**os.environ, "SEAWAY_DATA_DIR": str(town.site.settings.data_dir)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as tapping:
        eventually(lambda: _runtime(town) == "100", "the tap is on")
        town.site.kill()
        _, said = tapping.communicate(timeout=20)
    assert tapping.returncode == 1
    assert said.startswith("Error: Seaway ")
    assert _runtime(town) == "100"
    town.site.start()
    eventually(lambda: _runtime(town) == "0", "the proxy's tap is off")
    eventually(lambda: ask(town) == ["200"], "calls pass")
