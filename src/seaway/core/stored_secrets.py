"""Secrets Manager's secrets: values with versions, and stages that say which one is in force."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

from seaway.core.names import Tags

CURRENT = "AWSCURRENT"
PREVIOUS = "AWSPREVIOUS"
PENDING = "AWSPENDING"

MOST_UNSTAGED = 100
"""Versions without a stage that are kept (Secrets Manager guide: versions)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretVersion:
    """One value of a secret: text or bytes. ``created_at`` is epoch seconds."""

    id: str
    created_at: float
    text: str | None = field(default=None, repr=False)
    binary: bytes | None = field(default=None, repr=False)
    stages: tuple[str, ...] = ()

    def says(self, text: str | None, binary: bytes | None) -> bool:
        """Whether it holds just this value."""
        return (self.text, self.binary) == (text, binary)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSecret:
    """A secret; ``arn`` ends in a hyphen and six characters of chance. Times are epoch seconds."""

    arn: str
    name: str
    account: str
    region: str
    created_at: float
    changed_at: float
    description: str | None = None
    kms_key: str | None = None
    versions: tuple[SecretVersion, ...] = ()
    deleted_at: float | None = None
    """When it was marked for deletion."""
    gone_at: float | None = None
    """When it will be gone for good."""
    accessed_at: float | None = None
    """The day (midnight, UTC) its value was last asked for."""
    policy: str | None = None
    """The JSON text of its resource policy."""
    tags: Tags = ()

    def version(self, version_id: str | None, stage: str | None) -> SecretVersion | None:
        """The version of this id that is at this stage; AWSCURRENT when neither is given."""
        if version_id is None and stage is None:
            stage = CURRENT
        return next(
            (
                version
                for version in self.versions
                if version_id in (None, version.id) and (stage is None or stage in version.stages)
            ),
            None,
        )


def with_version(secret: StoredSecret, version: SecretVersion) -> StoredSecret:
    """The secret with one more version, which takes its stages from those that had them.

    The version AWSCURRENT leaves becomes AWSPREVIOUS. Of versions without a stage only the
    newest are kept.
    """
    there = secret.version(None, CURRENT)
    kept = [replace(v, stages=_less(v.stages, version.stages)) for v in secret.versions]
    if there is not None and CURRENT in version.stages:
        kept = [_previous(v, v.id == there.id) for v in kept]
    unstaged = [v.id for v in kept if not v.stages]
    dropped = set(unstaged[: max(0, len(unstaged) - MOST_UNSTAGED)])
    return replace(secret, versions=(*(v for v in kept if v.id not in dropped), version))


def with_stage(
    secret: StoredSecret, stage: str, leaves: str | None, reaches: str | None
) -> StoredSecret:
    """The stage taken off one version (by id) and put on another."""
    versions = []
    for version in secret.versions:
        stages = version.stages
        if version.id == leaves:
            stages = _less(stages, (stage,))
        if version.id == reaches and stage not in stages:
            stages = (*stages, stage)
        versions.append(replace(version, stages=stages))
    if stage == CURRENT and leaves is not None and reaches is not None:
        versions = [_previous(v, v.id == leaves) for v in versions]
    return replace(secret, versions=tuple(versions))


def json_member(text: str, key: str) -> str | None:
    """The member of this name of a secret that is a JSON object, as ECS hands it to a container.

    None when it is no object, or has no such member.
    """
    try:
        tree = json.loads(text)
    except ValueError:
        return None
    if not isinstance(tree, dict) or key not in tree:
        return None
    value = tree[key]
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _less(stages: tuple[str, ...], gone: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(stage for stage in stages if stage not in gone)


def _previous(version: SecretVersion, is_previous: bool) -> SecretVersion:
    stages = _less(version.stages, (PREVIOUS,))
    return replace(version, stages=(*stages, PREVIOUS) if is_previous else stages)
