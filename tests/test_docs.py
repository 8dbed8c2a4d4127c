"""Ties the docs to the code: what is built, what can be set and what things are called."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from seaway import settings
from seaway.app import handlers
from seaway.cli import COMMANDS
from seaway.core.mesh import proxy
from seaway.settings import Settings
from seaway.store.tables import TABLES
from tools import generate_operations

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])

a_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def rows(page: Path) -> dict[str, str]:
    """The lines of a page's tables, by the name in backticks that they begin with."""
    found = re.findall(r"^\| `([^`]+)` \|(.*)$", page.read_text(), re.MULTILINE)
    assert len(found) == len(dict(found)), "a line stands twice"
    return dict(found)


def test_the_page_of_operations_is_what_the_code_says() -> None:
    written = generate_operations.page(handlers().values())
    assert generate_operations.TARGET.read_text() == written, "stale: run make docs"


def test_every_operation_has_its_line_or_is_said_not_to_be_built() -> None:
    parts = re.split(r"^## ", generate_operations.TARGET.read_text(), flags=re.MULTILINE)[1:]
    text = "".join(parts)
    for handler in handlers().values():
        refused = generate_operations.is_refusal(handler)
        line = rf"\b{handler.name}\b[,\n]" if refused else rf"\| `{handler.name}` \| \S"
        assert re.search(line, text), handler.name


def test_every_setting_has_its_line_with_its_default() -> None:
    lines = rows(DOCS / "settings.md")
    for field in fields(Settings):
        assert field.name in lines
        if isinstance(field.default, str | int):
            assert f"`{field.default}`" in lines[field.name]


def test_every_variable_that_is_read_is_told_of_and_no_other() -> None:
    read = set(re.findall(r"SEAWAY_[A-Z_]+", Path(settings.__file__).read_text()))
    assert set(re.findall(r"SEAWAY_[A-Z_]+", (DOCS / "settings.md").read_text())) == read


def test_every_noun_has_its_line_in_the_glossary_and_every_line_its_noun() -> None:
    lines = rows(DOCS / "glossary.md")
    files = {
        table.name: f"`{table.noun.__module__.removeprefix('seaway.core.')}.py`" for table in TABLES
    }
    for name, file in files.items():
        assert file in lines.get(name, ""), name
    others = lines.keys() - files.keys()
    assert not [name for name in others if not hasattr(proxy, name)]


@a_page
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@a_page
def test_paths_that_are_named_exist(page: Path) -> None:
    named = re.findall(r"`((?:src|tests|tools|docs|benchmarks)/[\w./-]+)`", page.read_text())
    assert [path for path in named if not (ROOT / path).exists()] == []


@a_page
def test_commands_that_are_named_exist(page: Path) -> None:
    text = page.read_text()
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    asked = re.findall(r"`make ([a-z]+)|^make ([a-z]+)", text, re.MULTILINE)
    assert {first or second for first, second in asked} <= set(targets)
    commands = re.findall(r"(?:`|bin/)seaway ([a-z]+)", text)
    assert set(commands) <= COMMANDS.keys()
