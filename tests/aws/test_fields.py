"""docs/fields.md says of every field what it does here, or with which words it is refused.

Which fields there are is asked of botocore's model, which of them are refused of inputs.py's
tables, and the words of the API itself. ``SEAWAY_FIELDS=write`` brings the page up to date: lines
for new fields, refusals as they are now, all descriptions kept; what is still to be described
stays empty, and fails here.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.aws.asked_world import World, is_in, request_of
from tests.aws.inputs import CASES, Case
from tests.aws.members import input_shape, members

PAGE = Path(__file__).parents[2] / "docs" / "fields.md"
OPERATIONS = ("RegisterTaskDefinition", "CreateService", "RunTask")
FOUND = [
    case for name in OPERATIONS for case in CASES if (case.service, case.operation) == ("ecs", name)
]
_TABLE = "| field | what it does | refused |\n|---|---|---|\n"
_CELL = re.compile(r"(?<!\\)\|")
_VALUE = re.compile(r"`([^`]+)`: (.+)")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One field's line; ``refused`` is a text, or texts with the value each is about."""

    field: str
    effect: str = ""
    refused: str = ""

    def __str__(self) -> str:
        return f"| `{self.field}` | {_escaped(self.effect)} | {_escaped(self.refused)} |\n"


def lines_of(page: str) -> dict[str, dict[str, Line]]:
    """The lines of each operation's table, by field."""
    tables: dict[str, dict[str, Line]] = {}
    for part in page.split("\n## ")[1:]:
        rows = [_CELL.split(row) for row in part.splitlines() if row.startswith("| `")]
        lines = [
            Line(
                field=row[1].strip().strip("`"),
                effect=_plain(row[2]),
                refused=_plain(row[3]),
            )
            for row in rows
        ]
        tables[part.split("\n", 1)[0]] = {line.field: line for line in lines}
    return tables


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def _plain(cell: str) -> str:
    return cell.strip().replace("\\|", "|")


def fields(case: Case) -> Iterator[str]:
    """The fields that have a line: those that hold no others, and what is refused as a whole."""
    told: set[str] = set()
    for path in members(input_shape(case.service, case.operation)):
        outer = next((outer for outer in case.refused if is_in(path, outer)), path)
        if outer not in told:
            told.add(outer)
            yield outer


def refusal(world: World, case: Case, field: str, value: str | None = None) -> str:
    """What the API says to the field with this value; empty when it takes it."""
    paths = [field]
    if value is None:
        inputs = input_shape(case.service, case.operation)
        paths = [path for path in members(inputs) if is_in(path, field)]
    texts = []
    for path in paths:
        _, asked = request_of(case, path, _meant(value))
        answer = world.ask(case.service, case.operation, asked)[0]
        if answer.startswith("refused: "):
            texts.append(answer.removeprefix("refused: "))
    # A probe of a part may be refused for its value before the whole is.
    return next((text for text in texts if "Seaway" in text), next(iter(texts), ""))


def _meant(value: str | None) -> Any:
    """A value as the page has it: a list in JSON, anything else as it is."""
    return json.loads(value) if value is not None and value.startswith("[") else value


def written(world: World, page: str) -> str:
    """The page with a line for each field, and with the refusals of today."""
    known = lines_of(page)
    head = page.split("\n## ")[0].rstrip("\n") + "\n"
    tables = (f"\n## {case.operation}\n\n{_TABLE}{_rows(world, case, known)}" for case in FOUND)
    return head + "".join(tables)


def _rows(world: World, case: Case, known: Mapping[str, Mapping[str, Line]]) -> str:
    rows = ""
    for field in fields(case):
        line = known.get(case.operation, {}).get(field, Line(field=field))
        refused, effect = line.refused, line.effect
        if field in case.refused and not _VALUE.search(refused):
            refused = refusal(world, case, field)
        elif not _VALUE.search(refused):
            refused, effect = "", effect or case.effectless.get(field, "")
        rows += str(Line(field=field, effect=effect, refused=refused))
    return rows


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    made = World()
    yield made
    made.wired.close()


@pytest.fixture(scope="module")
def page(world: World) -> dict[str, dict[str, Line]]:
    if os.environ.get("SEAWAY_FIELDS") == "write":
        PAGE.write_text(written(world, PAGE.read_text()))
    return lines_of(PAGE.read_text())


def _name(case: Case) -> str:
    return case.operation


@pytest.mark.parametrize("case", FOUND, ids=_name)
def test_every_field_has_its_line(case: Case, page: dict[str, dict[str, Line]]) -> None:
    lines, wanted = page.get(case.operation, {}), list(fields(case))
    _none([field for field in wanted if field not in lines], f"{case.operation} has no line for")
    _none([field for field in lines if field not in wanted], f"{case.operation} has no such field")


@pytest.mark.parametrize("case", FOUND, ids=_name)
def test_every_field_has_an_effect_or_is_refused(
    case: Case, page: dict[str, dict[str, Line]]
) -> None:
    lines = page[case.operation].values()
    wholly = [line for line in lines if line.refused and not _VALUE.search(line.refused)]
    taken = [line for line in lines if line.field not in case.refused]
    _none([line.field for line in taken if not line.effect], f"{case.operation} does not say what")
    _none(
        [line.field for line in wholly if line.field not in case.refused],
        f"{case.operation} says it refuses, and takes",
    )


def _none(found: list[str], what: str) -> None:
    assert not found, "\n".join([f"{PAGE.name}, {what}:", *found])


@pytest.mark.parametrize("case", FOUND, ids=_name)
def test_what_is_refused_is_refused_in_these_words(
    world: World, case: Case, page: dict[str, dict[str, Line]]
) -> None:
    wrong: dict[str, str] = {}
    for line in page[case.operation].values():
        for value, text in _refusals(line):
            said = refusal(world, case, line.field, value)
            if said != text:
                wrong[f"{line.field} {value or ''}"] = said or "it is taken"
    assert wrong == {}


def _refusals(line: Line) -> list[tuple[str | None, str]]:
    """The texts a line quotes, each with the value it is said to (None = any)."""
    if not line.refused:
        return []
    if not _VALUE.search(line.refused):
        return [(None, line.refused)]
    return [
        (found[1], found[2])
        for part in line.refused.split("<br>")
        if (found := _VALUE.fullmatch(part.strip()))
    ]
