"""What a target gets of an event: all of it, a part, a text of its own, or a template filled in.

Source: Amazon EventBridge, "Transforming EventBridge target input".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_STEP = re.compile(r"\.([\w\-]+)|\[(\d+)\]|\['([^']+)'\]|\[\"([^\"]+)\"\]")
_SLOT = re.compile(r"<([A-Za-z0-9_.\-]+)>")
_MISSING: Any = object()


class BadInput(Exception):
    """A path or template that can't be read; the message says why."""


def input_of(settings: Mapping[str, Any], event: Mapping[str, Any], rule: Mapping[str, str]) -> str:
    """The text a target gets, of settings that ``check_input`` let through.

    ``rule`` has the rule's ``name`` and ``arn``, for templates that ask for them.
    """
    if "Input" in settings:
        return str(settings["Input"])
    if "InputPath" in settings:
        found = follow(settings["InputPath"], event)
        return json.dumps(None if found is _MISSING else found)
    if "InputTransformer" in settings:
        return _transformed(settings["InputTransformer"], event, rule)
    return json.dumps(event)


def check_input(settings: Mapping[str, Any]) -> None:
    """Raises BadInput for what could never be filled in."""
    given = [name for name in ("Input", "InputPath", "InputTransformer") if name in settings]
    if len(given) > 1:
        raise BadInput(f"Only one of {' and '.join(given)} must be provided.")
    if "Input" in settings:
        try:
            json.loads(settings["Input"])
        except ValueError as error:
            raise BadInput(f"Input is not valid JSON: {error}") from error
    if "InputPath" in settings:
        steps_of(settings["InputPath"])
    transformer = settings.get("InputTransformer", {})
    for name, path in transformer.get("InputPathsMap", {}).items():
        if name.startswith("AWS"):
            raise BadInput(f"InputPathsMap must not have the key {name}: AWS is reserved.")
        steps_of(path)


def steps_of(path: str) -> list[str | int]:
    """The steps of a JSON path such as $.detail.containers[0].name. Raises BadInput."""
    if not path.startswith("$"):
        raise BadInput(f"Invalid path {path}: it must begin with $.")
    steps: list[str | int] = []
    place = 1
    while place < len(path):
        match = _STEP.match(path, place)
        if match is None:
            raise BadInput(f"Invalid path {path}: can't read {path[place:]}.")
        name, index, *quoted = match.groups()
        steps.append(int(index) if index else name or quoted[0] or quoted[1])
        place = match.end()
    return steps


def follow(path: str, event: Any) -> Any:
    """What the path leads to; a mark of its own when there is nothing."""
    found = event
    for step in steps_of(path):
        if isinstance(found, str):
            return _MISSING
        try:
            found = found[step]
        except (KeyError, IndexError, TypeError):
            return _MISSING
    return found


def _transformed(
    settings: Mapping[str, Any], event: Mapping[str, Any], rule: Mapping[str, str]
) -> str:
    values = {name: follow(path, event) for name, path in settings.get("InputPathsMap", {}).items()}
    values |= {
        "aws.events.rule-arn": rule["arn"],
        "aws.events.rule-name": rule["name"],
        "aws.events.event.ingestion-time": event["time"],
        "aws.events.event": {k: v for k, v in event.items() if k != "detail"},
        "aws.events.event.json": event,
    }
    template: str = settings["InputTemplate"]
    pieces: list[str] = []
    place = 0
    for slot in _SLOT.finditer(template):
        pieces.append(template[place : slot.start()])
        place = slot.end()
        if slot.group(1) not in values:
            pieces.append(slot.group(0))
            continue
        pieces.append(_filled(values[slot.group(1)], _is_quoted(template[: slot.start()])))
    return "".join(pieces) + template[place:]


def _is_quoted(before: str) -> bool:
    """Whether what comes now stands inside a text of the template."""
    return len(re.findall(r'(?<!\\)"', before)) % 2 == 1


def _filled(value: Any, quoted: bool) -> str:
    if value is _MISSING:
        return "" if quoted else '""'
    if not quoted:
        return json.dumps(value)
    text = value if isinstance(value, str) else json.dumps(value)
    return json.dumps(text)[1:-1]
