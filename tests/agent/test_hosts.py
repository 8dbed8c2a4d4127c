"""Hosts files: in place, whole, and ours alone."""

from __future__ import annotations

from ipaddress import IPv4Network
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from seaway.agent.hosts import (
    remove_block,
    remove_names_of_others,
    task_hosts,
    write_block,
    write_in_place,
)

CATS = (("cats", "127.255.0.1"),)
MACHINE = "127.0.0.1\tlocalhost\n# by hand\n10.1.1.1\tprinter\n"


def test_a_task_knows_itself_its_extra_hosts_and_the_names_it_may_call() -> None:
    text = task_hosts(("ip-10-0-0-5", "10.0.0.5"), (("db", "10.9.9.9"),), CATS)
    assert text.splitlines()[0] == "127.0.0.1\tlocalhost"
    assert text.splitlines()[-3:] == [
        "10.0.0.5\tip-10-0-0-5",
        "10.9.9.9\tdb",
        "127.255.0.1\tcats",
    ]


def test_the_file_stays_the_same_file_when_names_come_and_go(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    write_in_place(path, task_hosts(None, (), ()))
    first = path.stat().st_ino
    for names in (CATS, (*CATS, ("dogs", "127.255.0.2")), ()):
        text = task_hosts(None, (), names)
        write_in_place(path, text)
        assert path.read_text() == text
        assert path.stat().st_ino == first


def test_the_machines_block_comes_changes_and_goes_and_the_rest_stays(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_text(MACHINE)
    first = path.stat().st_ino
    write_block(path, "a", CATS)
    assert path.read_text() == (MACHINE + "# seaway begin a\n127.255.0.1\tcats\n# seaway end a\n")
    write_block(path, "a", (("dogs", "127.255.0.2"),))
    assert "cats" not in path.read_text()
    remove_block(path, "a")
    assert path.read_text() == MACHINE
    assert path.stat().st_ino == first


def test_two_installations_keep_their_blocks_apart(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_text(MACHINE)
    write_block(path, "a", CATS)
    write_block(path, "b", (("dogs", "127.255.0.2"),))
    remove_block(path, "a")
    assert path.read_text() == (MACHINE + "# seaway begin b\n127.255.0.2\tdogs\n# seaway end b\n")


def test_names_of_others_at_addresses_that_are_ours_now_go_and_all_else_stays(
    tmp_path: Path,
) -> None:
    path = tmp_path / "hosts"
    by_hand = "127.254.0.9\tmine # by hand\n\n"
    path.write_text(MACHINE + by_hand)
    write_block(path, "dead", (("cats", "127.254.0.1"),))
    write_block(path, "mixed", (("cats.x", "127.254.0.2"), ("registry", "127.0.0.1")))
    write_block(path, "a", (("dogs", "127.254.0.1"),))
    inode = path.stat().st_ino
    for _ in range(2):
        remove_names_of_others(path, "a", IPv4Network("127.254.0.0/16"))
        assert path.read_text() == (
            MACHINE
            + by_hand
            + "# seaway begin mixed\n127.0.0.1\tregistry\n# seaway end mixed\n"
            + "# seaway begin a\n127.254.0.1\tdogs\n# seaway end a\n"
        )
    assert path.stat().st_ino == inode


def test_a_machine_without_a_last_newline_keeps_its_last_line(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_text("10.1.1.1\tprinter")
    write_block(path, "a", CATS)
    assert path.read_text().splitlines()[:2] == ["10.1.1.1\tprinter", "# seaway begin a"]


LINES = st.lists(st.sampled_from(["127.0.0.1\tlocalhost", "# note", "", "10.1.1.1\tx"]))


@given(before=LINES, names=st.lists(st.sampled_from(["cats", "dogs", "web"]), unique=True))
def test_writing_twice_is_writing_once_and_removing_restores(
    tmp_path_factory: object, before: list[str], names: list[str]
) -> None:
    path = tmp_path_factory.mktemp("hosts") / "hosts"  # type: ignore[attr-defined]
    text = "".join(f"{line}\n" for line in before)
    path.write_text(text)
    pairs = [(name, "127.255.0.1") for name in names]
    write_block(path, "a", pairs)
    once = path.read_text()
    write_block(path, "a", pairs)
    assert path.read_text() == once
    remove_block(path, "a")
    assert path.read_text() == text
