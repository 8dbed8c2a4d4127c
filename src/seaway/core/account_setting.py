"""Account settings: how ECS behaves for an account's callers unless they say otherwise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSetting:
    """One setting a principal has changed from its default (API: Setting)."""

    key: str
    """``<region>|<principal ARN>|<name>``."""
    name: str
    value: str
    principal: str
    region: str


def setting_key(region: str, principal: str, name: str) -> str:
    """The key of a principal's setting in a region."""
    return f"{region}|{principal}|{name}"


DEFAULTS: dict[str, str] = {
    "awsvpcTrunking": "disabled",
    "containerInsights": "disabled",
    "containerInstanceLongArnFormat": "enabled",
    "defaultLogDriverMode": "non-blocking",
    "fargateFIPSMode": "disabled",
    "fargateTaskRetirementWaitPeriod": "7",
    "guardDutyActivate": "off",
    "serviceLongArnFormat": "enabled",
    "tagResourceAuthorization": "on",
    "taskLongArnFormat": "enabled",
}
"""The value each setting has until someone changes it."""

CHOICES: dict[str, tuple[str, ...]] = {
    "awsvpcTrunking": ("enabled", "disabled"),
    "fargateTaskRetirementWaitPeriod": ("0", "7", "14"),
    "tagResourceAuthorization": ("on", "off"),
}
"""The settings that may be changed here without changing what Seaway does: hosts have no limit
of network interfaces, Fargate tasks are never retired, and tagging is not authorised apart."""


def allowed_values(name: str) -> tuple[str, ...]:
    """The values a setting may take here; only the default, where another has no effect yet."""
    return CHOICES.get(name) or (DEFAULTS[name],)
