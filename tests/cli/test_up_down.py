"""`seaway up` and `seaway down`: what they refuse, in one sentence that says what to do."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import pytest

from seaway.cli.process import Claim, running
from seaway.cli.up import _known
from seaway.settings import Settings, SettingsError, settings_from
from seaway.store.sqlite import StoreError
from tests.cli.calling import as_nobody, seaway, sentence

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
ENGINE = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("docker") is None, reason="needs root and Docker Engine"
)


@ROOT
def test_without_an_engine_up_says_how_to_get_one(tmp_path: Path) -> None:
    said = seaway("up", "--data-dir", tmp_path, DOCKER_HOST="unix:///nowhere/docker.sock")
    assert sentence(said) == (
        "No Docker Engine answers on this machine: install it (apt-get install docker.io) or "
        "start it (systemctl start docker, or dockerd), then run this again."
    )
    assert list(tmp_path.iterdir()) == []


@ROOT
@pytest.mark.parametrize("arguments", [("up",), ("up", "--detach"), ("down",)])
def test_without_root_both_say_so(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert "run it with sudo." in sentence(as_nobody(*arguments, "--data-dir", tmp_path))


def test_a_path_too_long_for_sockets_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"too long a path .* --data-dir\."):
        settings_from({}, data_dir=Path("/tmp") / ("x" * 100))


def test_where_names_are_asked_for_can_be_chosen_or_switched_off() -> None:
    assert settings_from({}).dns_port == 8653
    assert settings_from({"SEAWAY_DNS_PORT": "0"}).dns_port == 0
    assert settings_from({"SEAWAY_DNS_PORT": "5353"}).dns_port == 5353
    for wrong in ("x", "65536", "-1"):
        with pytest.raises(SettingsError, match="SEAWAY_DNS_PORT"):
            settings_from({"SEAWAY_DNS_PORT": wrong})
    said = sentence(seaway("status", "--data-dir", "/tmp/" + "x" * 100))
    assert said.endswith("choose a shorter one with --data-dir.")


def test_how_many_pauses_are_kept_warm_can_be_chosen() -> None:
    assert settings_from({}).warm_pauses == 4
    assert settings_from({"SEAWAY_WARM_PAUSES": "0"}).warm_pauses == 0
    for wrong in ("x", "101", "-1"):
        with pytest.raises(SettingsError, match="SEAWAY_WARM_PAUSES"):
            settings_from({"SEAWAY_WARM_PAUSES": wrong})


def test_a_port_that_is_no_port_is_refused() -> None:
    said = sentence(seaway("env", SEAWAY_PORT="http"))
    assert said == "SEAWAY_PORT is 'http': it has to be a port number."
    assert "99999" in seaway("up", "--port", "99999").stderr


@pytest.mark.live
@ENGINE
def test_a_port_that_is_taken_is_said_before_anything_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        said = sentence(seaway("up", "--data-dir", tmp_path / "d", "--port", port))
        assert said == (
            f"Port {port} of 127.0.0.1 is taken (Address already in use): stop what listens "
            "there, or start Seaway with --port and another number."
        )
        detached = sentence(seaway("up", "-d", "--data-dir", tmp_path / "d", "--port", port))
        assert detached.startswith(f"Seaway did not start: Port {port} of 127.0.0.1 is taken")


@pytest.mark.live
@ENGINE
def test_a_data_directory_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a directory")
    for arguments in (("up",), ("up", "--detach")):
        said = sentence(seaway(*arguments, "--data-dir", file / "data"))
        assert said == f"The data directory {file / 'data'} can't be used: Not a directory."


@pytest.mark.live
@ENGINE
def test_a_second_up_refuses_or_says_that_it_is_up_already() -> None:
    from tests.live.story import a_site

    with a_site() as site:
        data = site.settings.data_dir
        again = sentence(seaway("up", "--data-dir", data))
        assert again.startswith(f"Seaway already runs on {data} (process ")
        assert site.settings.url in again
        detached = seaway("up", "--detach", "--data-dir", data)
        assert detached.returncode == 0
        assert detached.stdout.startswith(f"Seaway is already up at {site.settings.url} (process")
        elsewhere = seaway("up", "--detach", "--data-dir", data, "--port", "20001")
        assert sentence(elsewhere).startswith(f"Seaway already runs on {data}")


@pytest.mark.live
@ENGINE
def test_down_with_keep_keeps_what_up_then_shows_again() -> None:
    from tests.live.story import a_site

    with a_site() as site:
        site.aws.ecs.create_cluster(clusterName="kept")
        assert site.process is not None
        done = seaway("down", "--keep", "--data-dir", site.settings.data_dir)
        assert done.stdout == f"Seaway is down. Its data is kept in {site.settings.data_dir}.\n"
        site.process.wait(10)
        site.start()
        (arn,) = site.aws.ecs.list_clusters()["clusterArns"]
        assert arn.endswith("/kept")


@pytest.mark.live
@ENGINE
def test_down_where_nothing_is_up_is_no_mistake(tmp_path: Path) -> None:
    done = seaway("down", "--data-dir", tmp_path / "d")
    assert (done.returncode, done.stdout) == (0, "Seaway is down and nothing of it is left.\n")


@pytest.mark.live
@ENGINE
def test_down_leaves_alone_what_is_not_seaways(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    (tmp_path / "seaway.db").write_text("")
    assert seaway("down", "--data-dir", tmp_path).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_trouble_of_the_world_is_found_however_deep_it_lies_and_a_mistake_is_not_hidden() -> None:
    trouble = StoreError("seaway.db can't be written: disk full")
    inner = ExceptionGroup("session", [ValueError(), trouble])
    assert _known(ExceptionGroup("rooms", [inner])) is trouble
    assert _known(trouble) is trouble
    assert _known(ExceptionGroup("rooms", [ValueError()])) is None


def test_a_directory_has_one_holder_and_looking_takes_it_from_nobody(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, port=20000)
    assert running(settings) is None
    claim = Claim(settings.pid_file)
    assert claim.take(settings)
    assert running(settings) == (os.getpid(), "http://127.0.0.1:20000")
    assert not Claim(settings.pid_file).take(settings)


def test_the_claim_of_a_process_that_is_gone_counts_for_nothing(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    settings.pid_file.write_text('{"pid": 1, "url": "http://127.0.0.1:1"}')
    assert running(settings) is None
    assert Claim(settings.pid_file).take(settings)
