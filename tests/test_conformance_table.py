"""The conformance table of docs/service-connect.md: what proves each fact is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "service-connect.md").read_text()
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)))
ROWS = re.findall(r"^\| (.+) \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_a_test_that_is_named_exists(file: str, test: str) -> None:
    path = ROOT / "tests" / file
    assert path.exists(), file
    assert re.search(rf"^(async )?def {test}\(", path.read_text(), re.MULTILINE), test


def test_every_fact_has_its_proof_or_its_reason() -> None:
    bare = [row for row in ROWS if not row.rsplit(" | ", 1)[-1].strip()]
    assert bare == []
    assert len(NAMED) > 100
