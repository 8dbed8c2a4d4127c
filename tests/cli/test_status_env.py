"""`seaway status` and `seaway env`: what they say of a Seaway that is down, or up."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from pathlib import Path

import pytest

from seaway.cli.env import exports
from seaway.cli.status import _words
from tests.cli.calling import as_nobody, seaway, sentence

SAID = {
    "version": "1.2",
    "pid": 7,
    "endpoint": "http://127.0.0.1:4566",
    "data_dir": "/data",
    "uptime_seconds": 61.4,
    "proxy": {"pid": 9, "connected": False},
    "hosts": [{"id": "local", "engine": "20.10", "connected": False}],
    "services": 3,
    "tasks": {"running": 4, "not_stopped": 6},
}


def test_status_of_nothing_is_down_and_says_how_to_start(tmp_path: Path) -> None:
    done = seaway("status", "--data-dir", tmp_path)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        f"Seaway is down (data directory {tmp_path}).",
        "Start it with: seaway up --detach",
    ]


def test_status_for_programs_is_json_when_down_too(tmp_path: Path) -> None:
    done = seaway("status", "--json", "--data-dir", tmp_path)
    assert done.returncode == 1
    assert json.loads(done.stdout) == {"up": False, "data_dir": str(tmp_path)}


def test_status_tells_who_is_away_and_what_is_on_its_way() -> None:
    words = _words(SAID)
    assert "Seaway 1.2 is up at http://127.0.0.1:4566 for 61 s (process 7)" in words
    assert "local (20.10, away)" in words
    assert "Envoy, process 9, not connected" in words
    assert "4 running, 2 on their way" in words


def test_env_prints_exports_a_shell_takes(tmp_path: Path) -> None:
    done = seaway("env", "--data-dir", tmp_path, "--port", "20123")
    words = [shlex.split(line) for line in done.stdout.splitlines()]
    assert {word[0] for word in words} == {"export"}
    assert dict(word[1].split("=", 1) for word in words) == exports(
        "http://127.0.0.1:20123", "us-east-1"
    )


def test_env_takes_the_port_of_the_environment(tmp_path: Path) -> None:
    done = seaway("env", "--data-dir", tmp_path, SEAWAY_PORT="20124")
    assert "export AWS_ENDPOINT_URL=http://127.0.0.1:20124\n" in done.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_a_directory_one_may_not_look_into_is_said(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir(mode=0o700)
    (secret / "seaway.pid").write_text("")
    said = sentence(as_nobody("status", "--data-dir", secret))
    assert said == f"The data directory {secret} can't be read: run this with sudo."


@pytest.mark.live
@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("docker") is None, reason="needs root and Docker Engine"
)
def test_both_find_the_seaway_that_runs_whatever_its_port() -> None:
    from tests.live.story import a_site, eventually

    with a_site() as site:
        eventually(lambda: site.status()["proxy"]["connected"], "the proxy is connected")
        done = site.cli("status", "--json")
        assert done.returncode == 0
        said = json.loads(done.stdout)
        assert said["up"] is True
        assert said["endpoint"] == site.settings.url
        assert [host["id"] for host in said["hosts"]] == ["local"]
        assert f"AWS_ENDPOINT_URL={site.settings.url}\n" in site.cli("env").stdout
