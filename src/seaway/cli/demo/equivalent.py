"""The aws command that does what a boto3 call does, to be copied into a shell."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore import xform_name

WIDTH = 96


class FromFile(str):
    """A parameter's text that came out of a file, which the command names instead."""

    path: Path

    def __new__(cls, path: Path) -> FromFile:
        """The file's text. Raises OSError."""
        text = super().__new__(cls, path.read_text(encoding="utf-8"))
        text.path = path
        return text


def equivalent(service: str, operation: str, parameters: Mapping[str, Any]) -> str:
    """The command for a call of ``operation`` (boto3's name) with these parameters.

    On one line when it is short, else broken between options.
    """
    lines = [f"aws {service} {operation.replace('_', '-')}"]
    for name, value in parameters.items():
        option = _option(name, value)
        if len(lines[-1]) + len(option) < WIDTH and "\n" not in lines[-1] + option:
            lines[-1] += f" {option}"
        else:
            lines.append(option)
    return " \\\n  ".join(lines)


def _option(name: str, value: Any) -> str:
    word = xform_name(name, "-")
    if value is True:
        return f"--{word}"
    if value is False:
        return f"--no-{word}"
    return f"--{word} {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, FromFile):
        return shlex.quote(f"file://{typed(value.path)}")
    if isinstance(value, str | int | float):
        return shlex.quote(str(value))
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return " ".join(shlex.quote(item) for item in value)
    return shlex.quote(_layout(value, "    "))


def typed(path: Path) -> Path:
    """A path as one would type it: from here, if it lies below here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _layout(value: Any, indent: str) -> str:
    """JSON, on one line where it fits and otherwise broken at its members."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(flat) <= WIDTH or not isinstance(value, dict | list):
        return flat
    deeper = indent + "  "
    if isinstance(value, dict):
        inner = [f"{json.dumps(key)}: {_layout(one, deeper)}" for key, one in value.items()]
        opening, closing = "{", "}"
    else:
        inner = [_layout(one, deeper) for one in value]
        opening, closing = "[", "]"
    between = f",\n{deeper}"
    return f"{opening}\n{deeper}{between.join(inner)}\n{indent}{closing}"
