"""What user data tells the ECS agent of an instance beside its cluster (ECS guide: ecs.config)."""

from __future__ import annotations

import json
import re

from seaway.core.compute import plain_text

_ATTRIBUTES = re.compile(r"ECS_INSTANCE_ATTRIBUTES[\"']?\s*[=:]\s*[\"']?(?=\\?\{)")
_NAME = re.compile(r"[A-Za-z0-9_./\\-]{1,128}")


def attributes_in(user_data: str) -> tuple[tuple[str, str], ...]:
    """The instance's own attributes, from ``ECS_INSTANCE_ATTRIBUTES={"stack": "blue"}``.

    The last one counts, with or without a shell's backslashes before its quotes. What is no
    object of texts is passed over, as the agent does; ``ecs.`` names are its own.
    """
    text = plain_text(user_data)
    ends = [found.end() for found in _ATTRIBUTES.finditer(text)]
    if not ends:
        return ()
    value = _object(text[ends[-1] :]) or _object(text[ends[-1] :].replace('\\"', '"'))
    return tuple(
        (name, setting)
        for name, setting in value.items()
        if isinstance(setting, str) and _NAME.fullmatch(name) and not name.startswith("ecs.")
    )


def _object(text: str) -> dict[str, object]:
    try:
        found, _ = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
