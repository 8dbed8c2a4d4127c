"""The pause program is a real executable."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
from pathlib import Path

import pytest

from seaway.agent.pause.image import pause_image
from seaway.agent.pause.program import program

ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine())


@pytest.mark.skipif(ARCHITECTURE is None, reason="no pause program for this machine")
def test_it_sleeps_until_it_is_killed(tmp_path: Path) -> None:
    assert ARCHITECTURE
    path = tmp_path / "pause"
    path.write_bytes(program(ARCHITECTURE))
    path.chmod(0o755)
    process = subprocess.Popen([path])
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.2)
    spent = os.times().children_user
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == -signal.SIGTERM
    assert os.times().children_user - spent < 0.1  # it slept, it did not spin


def test_both_architectures_have_small_programs_and_others_a_clear_refusal() -> None:
    assert {len(program(a)) for a in ("amd64", "arm64")} == {129, 152}
    with pytest.raises(ValueError, match="no pause program for the architecture riscv64"):
        program("riscv64")


def test_its_image_is_the_same_bytes_each_time_and_named_by_them() -> None:
    assert pause_image("amd64") == pause_image("amd64")
    assert pause_image("amd64").name != pause_image("arm64").name
