"""A task's limits as the kernel's files say them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from seaway.agent.cgroup import CgroupsV1, CgroupsV2, SystemdCgroups, cgroups_for
from tests.agent.fake_engine import FACTS


@pytest.mark.parametrize(
    ("version", "driver", "kind"),
    [(1, "cgroupfs", CgroupsV1), (2, "cgroupfs", CgroupsV2), (2, "systemd", SystemdCgroups)],
)
def test_the_groups_are_named_as_the_engine_wants_them(
    version: int, driver: str, kind: type
) -> None:
    facts = replace(FACTS, cgroup_version=version, cgroup_driver=driver)
    assert type(cgroups_for(facts, "a")) is kind


def test_version_1_has_a_file_for_each_limit(tmp_path: Path) -> None:
    groups = CgroupsV1("a", tmp_path)
    assert asyncio.run(groups.make("t", 512, 128)) == "/seaway/a/t"
    assert (tmp_path / "cpu/seaway/a/t/cpu.cfs_quota_us").read_text() == "50000"
    assert (tmp_path / "memory/seaway/a/t/memory.limit_in_bytes").read_text() == str(128 << 20)


def test_version_2_has_one_tree_and_its_controllers_switched_on(tmp_path: Path) -> None:
    groups = CgroupsV2("a", tmp_path)
    assert asyncio.run(groups.make("t", 2048, None)) == "/seaway/a/t"
    assert (tmp_path / "seaway/a/t/cpu.max").read_text() == "200000 100000"
    assert not (tmp_path / "seaway/a/t/memory.max").exists()
    for parent in (tmp_path, tmp_path / "seaway", tmp_path / "seaway/a"):
        assert "+cpu" in (parent / "cgroup.subtree_control").read_text()


def test_usage_leaves_out_what_is_only_cached(tmp_path: Path) -> None:
    group = tmp_path / "seaway/a/t"
    group.mkdir(parents=True)
    (group / "cpu.stat").write_text("usage_usec 1500000\nuser_usec 1\n")
    (group / "memory.current").write_text(str(100 << 20))
    (group / "memory.stat").write_text(f"anon 1\ninactive_file {40 << 20}\n")
    groups = CgroupsV2("a", tmp_path)
    assert groups.usage("t") == (1.5, 60.0)
    assert groups.usage("another") is None
