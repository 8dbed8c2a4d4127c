"""The task protection endpoint: a task keeps itself from scale-in while it works.

Shapes and words are the ECS agent's (ECS guide: task scale-in protection endpoint).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from seaway.link.asking import ControlPlane, Protection, ProtectionRefused

Told = tuple[int, dict[str, Any]]
"""The HTTP status and the answer's content."""

_INVALID = "InvalidParameterException"
_KNOWN = {"protectionenabled", "expiresinminutes"}


async def read_protection(control: ControlPlane, task: str, has_role: bool) -> Told:
    """Whether the task is protected now."""
    if not has_role:
        return _no_role(task)
    try:
        return _shown(task, await control.protection(task))
    except ProtectionRefused as refusal:
        return _refused(task, refusal)


async def write_protection(control: ControlPlane, task: str, has_role: bool, body: bytes) -> Told:
    """Protect the task as the request says, or protect it no longer."""
    wanted = _wanted(body)
    if wanted is None:
        return _error("", _INVALID, "UpdateTaskProtection: failed to decode request", 400)
    enabled, minutes = wanted
    if enabled is None:
        text = "Invalid request: does not contain 'ProtectionEnabled' field"
        return _error(task, _INVALID, text, 400)
    if not has_role:
        return _no_role(task)
    try:
        return _shown(task, await control.protect(task, enabled, minutes))
    except ProtectionRefused as refusal:
        return _refused(task, refusal)


def no_such_task() -> Told:
    """For an id that is nobody's here."""
    text = "Failed to find a task for the request"
    return _error("", "ResourceNotFoundException", text, 404)


def _wanted(body: bytes) -> tuple[bool | None, int | None] | None:
    """The request's members, in whatever case (as the ECS agent reads them); None if broken."""
    try:
        given = json.loads(body)
    except ValueError:
        return None
    if not isinstance(given, dict):
        return None
    members = {str(name).lower(): value for name, value in given.items()}
    enabled, minutes = members.get("protectionenabled"), members.get("expiresinminutes")
    if members.keys() - _KNOWN or not isinstance(enabled, bool | None):
        return None
    if isinstance(minutes, bool) or not isinstance(minutes, int | None):
        return None
    return enabled, minutes


def _shown(task: str, protection: Protection) -> Told:
    shape: dict[str, Any] = {"ProtectionEnabled": protection.enabled, "TaskArn": task}
    if protection.until is not None:
        end = datetime.fromtimestamp(int(protection.until), UTC)
        shape["ExpirationDate"] = end.strftime("%Y-%m-%dT%H:%M:%SZ")
    return 200, {"protection": shape}


def _no_role(task: str) -> Told:
    """On AWS the endpoint calls the API with the task role's keys, and has none then."""
    text = "Invalid Request: no task IAM role credentials available for task"
    return _error(task, "AccessDeniedException", text, 403)


def _refused(task: str, refusal: ProtectionRefused) -> Told:
    if refusal.code.endswith("Exception"):
        return _error(task, refusal.code, str(refusal), 400)
    failure = {"Arn": task, "Detail": str(refusal) or None, "Reason": refusal.code}
    return 200, {"failure": failure}


def _error(task: str, code: str, text: str, status: int) -> Told:
    arn = {"Arn": task} if task else {}
    return status, {"error": {**arn, "Code": code, "Message": text}}
