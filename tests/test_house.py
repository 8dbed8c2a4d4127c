"""The rules of the house that neither the linter nor the types can check."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from seaway.store.tables import TABLES, Table

ROOT = Path(__file__).resolve().parents[1]
HOUSE = ROOT / "src" / "seaway"
VAGUE = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "base", "misc"}
EMPTY = {"dict", "list", "set", "defaultdict", "deque", "Counter", "OrderedDict", "bytearray"}


def files(folder: Path = HOUSE) -> list[Path]:
    """The sources that people write."""
    return [path for path in sorted(folder.rglob("*.py")) if "shapes" not in path.parts]


@cache
def tree(path: Path) -> ast.Module:
    """A source, parsed once for all tests."""
    return ast.parse(path.read_text())


def nodes(hint: str) -> Iterator[tuple[str, ast.AST]]:
    """Everything in the sources where the hint is found, with the file it is in."""
    for path in files():
        if re.search(hint, path.read_text(), re.MULTILINE):
            for node in ast.walk(tree(path)):
                yield str(path.relative_to(ROOT)), node


def test_every_package_has_its_door_plate() -> None:
    plates = {path: tree(path) for path in HOUSE.rglob("__init__.py")}
    assert [str(path) for path, plate in plates.items() if not ast.get_docstring(plate)] == []
    folders = {path.parent for path in HOUSE.rglob("*.py")}
    assert folders == {path.parent for path in plates}, "a folder of sources is no package"


def test_no_file_has_a_name_that_says_nothing() -> None:
    sources = [
        path for name in ("src", "tests", "tools", "benchmarks") for path in files(ROOT / name)
    ]
    named = [path for path in sources if path.stem in VAGUE or path.parent.name in VAGUE]
    assert named == []


def test_no_failure_is_swallowed() -> None:
    """An ``except`` for everything has to do something: log, tell, or raise."""
    hint = r"except(\s*:|.*\b(Base)?Exception\b)"
    swallowed = [
        f"{file}:{node.lineno}"
        for file, node in nodes(hint)
        if isinstance(node, ast.ExceptHandler)
        and _catches_everything(node)
        and all(
            isinstance(line, ast.Pass | ast.Continue | ast.Expr) and _idle(line)
            for line in node.body
        )
    ]
    assert swallowed == []


def _catches_everything(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    return isinstance(handler.type, ast.Name) and handler.type.id in ("Exception", "BaseException")


def _idle(line: ast.stmt) -> bool:
    return not isinstance(line, ast.Expr) or isinstance(line.value, ast.Constant)


def test_no_failure_is_suppressed_wholesale() -> None:
    suppressed = [
        f"{file}:{node.lineno}"
        for file, node in nodes(r"suppress\(.*Exception\b")
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rsplit(".", 1)[-1] == "suppress"
        and any(ast.unparse(kind) in ("Exception", "BaseException") for kind in node.args)
    ]
    assert suppressed == []


def test_no_module_holds_state() -> None:
    """An empty container at a module's top is one that is filled later; ``global`` is the same."""
    held = [
        f"{file}:{node.lineno}"
        for file, node in nodes(r"^\s+global ")
        if isinstance(node, ast.Global)
    ]
    at_the_top = re.compile(rf"^\S.*=\s*(\{{\}}|\[\]|({'|'.join(EMPTY)})\()", re.MULTILINE)
    for path in files():
        if not at_the_top.search(path.read_text()):
            continue  # reading is quicker than parsing
        for line in tree(path).body:
            value = line.value if isinstance(line, ast.Assign | ast.AnnAssign) else None
            if value is not None and _empty(value):
                held.append(f"{path.relative_to(ROOT)}:{line.lineno}")
    assert held == []


def _empty(value: ast.expr) -> bool:
    match value:
        case ast.Dict(keys=[]) | ast.List(elts=[]):
            return True
        case ast.Call(func=ast.Name(id=name), args=args):
            return name in EMPTY and (not args or name == "defaultdict")
        case _:
            return False


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_noun_is_frozen_and_slotted_and_its_fields_are_named(table: Table) -> None:
    noun: Any = table.noun
    assert is_dataclass(noun)
    assert vars(noun)["__dataclass_params__"].frozen
    assert "__slots__" in vars(noun)
    assert all(field.kw_only for field in fields(noun))
    assert all(hasattr(noun, name) for name in (table.key, *table.indexes))


def test_what_is_to_be_done_has_an_issue() -> None:
    todo = re.compile(r"#.*\b(TODO|FIXME|XXX)\b(?!.*#\d+)")
    found = [
        path for path in files() for line in path.read_text().splitlines() if todo.search(line)
    ]
    assert found == []
