"""Programs that outlive us: found by their words, waited for and ended."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from seaway import processes


@pytest.fixture
def lasting(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program that lasts; one of its words is this test's directory."""
    script = "import signal; print('up', flush=True); signal.pause()"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"up\n"
        yield program
        program.kill()


def test_a_program_is_found_by_a_whole_word_of_its_command(
    lasting: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    ((pid, words),) = processes.running(str(tmp_path))
    assert (pid, words[0]) == (lasting.pid, sys.executable)
    assert processes.running(str(tmp_path.parent)) == []


def test_one_that_lives_is_not_gone_and_one_that_was_ended_is(
    lasting: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    async def story() -> None:
        assert not await processes.gone(lasting.pid, patience=0)
        await processes.end(lasting.pid)
        assert await processes.gone(lasting.pid)
        await processes.end(lasting.pid)

    asyncio.run(story())
    assert processes.running(str(tmp_path)) == []


def test_the_pause_grows_while_programs_end_at_once_and_is_over_when_one_lasts() -> None:
    pauses, pause = [], 0.0
    for lived in (60, 0, 0, 0, 0, 0, 0, 0, 0, 60):
        pause = processes.pause_after(lived, pause)
        pauses.append(pause)
    assert pauses[:4] == pytest.approx([0, 0.05, 0.15, 0.35])
    assert pauses[-2:] == [5, 0]


def test_one_older_log_is_kept_of_a_file_that_has_grown(tmp_path: Path) -> None:
    log = tmp_path / "envoy.log"
    processes.begin_anew(log, 3)
    log.write_text("old")
    processes.begin_anew(log, 3)
    assert log.read_text() == "old"
    processes.begin_anew(log, 2)
    assert not log.exists()
    assert (tmp_path / "envoy.log.1").read_text() == "old"
