"""The ids containers ask by: unguessable, and the same for life."""

from __future__ import annotations

from pathlib import Path

from seaway.agent.inside.passes import FILE, passes_of
from seaway.core.moment import Moment
from tests.handlers import Counted


def test_ids_stay_the_same_for_whoever_asks_again(tmp_path: Path) -> None:
    moment = Moment(1.0, Counted())
    first = passes_of(tmp_path / "task", ["web", "side"], moment)
    assert len({first.of("web"), first.of("side"), first.credentials}) == 3
    assert passes_of(tmp_path / "task", ["web", "side"], moment) == first


def test_a_container_that_is_new_gets_one_too(tmp_path: Path) -> None:
    moment = Moment(1.0, Counted())
    first = passes_of(tmp_path, ["web"], moment)
    second = passes_of(tmp_path, ["web", "side"], moment)
    assert (second.of("web"), second.credentials) == (first.of("web"), first.credentials)
    assert second.of("side") not in (first.of("web"), first.credentials)


def test_nobody_else_on_the_machine_reads_them(tmp_path: Path) -> None:
    passes_of(tmp_path, ["web"], Moment(1.0, Counted()))
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
