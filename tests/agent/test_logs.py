"""Container output: each line once, whatever interrupts it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from seaway.agent.engine import OutputLine
from seaway.agent.logs import LogFollower, Position, read_position, write_position
from seaway.link.messages import FromHost, LogBatch
from tests.agent.builders import MemoryLink, a_stream
from tests.agent.fake_engine import FakeEngine


def follow(lines: list[OutputLine], kept: Path) -> list[str]:
    """What a follower carries of a container that has written these lines and ended."""
    engine, link = FakeEngine(), MemoryLink()
    engine.written["c"] = lines
    follower = LogFollower(engine, link, a_stream("web"), "c", kept, pseudo_terminal=False)
    asyncio.run(follower.run())
    return texts(link.said)


def texts(said: list[FromHost]) -> list[str]:
    return [line.text for batch in said if isinstance(batch, LogBatch) for line in batch.lines]


def a_line(at: int, text: str) -> OutputLine:
    return OutputLine(at=at, text=text)


def test_a_follower_that_comes_back_goes_on_where_it_was(tmp_path: Path) -> None:
    kept = tmp_path / "log-web"
    assert follow([a_line(1, "a"), a_line(2, "b")], kept) == ["a", "b"]
    assert follow([a_line(1, "a"), a_line(2, "b"), a_line(2, "c"), a_line(3, "d")], kept) == [
        "c",
        "d",
    ]
    assert follow([a_line(1, "a"), a_line(3, "d")], kept) == []


TIMES = st.lists(st.integers(1, 5), max_size=12).map(sorted)


@given(times=TIMES, cuts=st.lists(st.integers(0, 12), max_size=3).map(sorted))
def test_interrupted_anywhere_every_line_is_carried_once_and_in_order(
    tmp_path_factory: object, times: list[int], cuts: list[int]
) -> None:
    kept = tmp_path_factory.mktemp("logs") / "log"  # type: ignore[attr-defined]
    lines = [a_line(at, str(n)) for n, at in enumerate(times)]
    carried = []
    for cut in [*cuts, len(lines)]:
        carried += follow(lines[:cut], kept)
    assert carried == [line.text for line in lines]


def test_more_than_a_thousand_lines_go_in_several_batches(tmp_path: Path) -> None:
    engine, link = FakeEngine(), MemoryLink()
    engine.written["c"] = [a_line(n, str(n)) for n in range(1, 2502)]
    follower = LogFollower(
        engine, link, a_stream("web"), "c", tmp_path / "k", pseudo_terminal=False
    )
    asyncio.run(follower.run())
    sizes = [len(batch.lines) for batch in link.said if isinstance(batch, LogBatch)]
    assert sizes == [1000, 1000, 501]


def test_a_kept_position_is_read_back(tmp_path: Path) -> None:
    kept = tmp_path / "log"
    assert read_position(kept) == Position()
    write_position(kept, Position(1_795_360_378_422_000_001, 3))
    assert read_position(kept) == Position(1_795_360_378_422_000_001, 3)
