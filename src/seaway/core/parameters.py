"""Systems Manager's parameters: named values with versions and labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from seaway.core.names import Place, Tags

MOST_VERSIONS = 100
"""Versions of a parameter that are kept (SSM guide: parameter versions)."""

MOST_LABELS = 10
"""Labels of one version (API: LabelParameterVersion)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterVersion:
    """One value a parameter had; ``type`` is String, StringList or SecureString.

    Times are epoch seconds.
    """

    number: int
    value: str = field(repr=False)
    type: str
    modified_at: float
    modified_by: str
    description: str | None = None
    pattern: str | None = None
    """What a value must match (API: AllowedPattern)."""
    tier: str = "Standard"
    data_type: str = "text"
    key_id: str | None = None
    """The KMS key that was named for a SecureString."""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter and the versions of it that are kept, oldest first."""

    key: str
    """``<account>|<region>|<name>``."""
    name: str
    account: str
    region: str
    versions: tuple[ParameterVersion, ...]
    tags: Tags = ()

    @property
    def latest(self) -> ParameterVersion:
        """The version that is meant when none is named."""
        return self.versions[-1]

    @property
    def arn(self) -> str:
        """Its ARN; a slash at the name's beginning stands there only once."""
        place = Place(account=self.account, region=self.region)
        return place.arn("ssm", f"parameter/{self.name.removeprefix('/')}")

    def version(self, selector: str) -> ParameterVersion | None:
        """The version of a number or label; the latest one for ""."""
        if not selector:
            return self.latest
        if selector.isdigit():
            return next((v for v in self.versions if v.number == int(selector)), None)
        return next((v for v in self.versions if selector in v.labels), None)


def parameter_key(place: Place, name: str) -> str:
    """The key of the parameter of this name."""
    return f"{place.account}|{place.region}|{name}"


def oldest_goes(parameter: Parameter) -> tuple[ParameterVersion, ...] | None:
    """The versions that stay when another one comes; None when the oldest must not go.

    A version with a label is not dropped (SSM guide: ParameterMaxVersionLimitExceeded).
    """
    if len(parameter.versions) < MOST_VERSIONS:
        return parameter.versions
    return None if parameter.versions[0].labels else parameter.versions[1:]


def labelled(parameter: Parameter, number: int, labels: Iterable[str]) -> Parameter:
    """With these labels on that version, and on no other."""
    moved = tuple(dict.fromkeys(labels))
    return replace(
        parameter,
        versions=tuple(
            replace(
                version,
                labels=tuple(dict.fromkeys((*version.labels, *moved)))
                if version.number == number
                else tuple(label for label in version.labels if label not in moved),
            )
            for version in parameter.versions
        ),
    )


def split_selector(name: str) -> tuple[str, str]:
    """A parameter's name or ARN, and the version or label after it ("" for the latest)."""
    if name.startswith("arn:"):
        head, mark, rest = name.partition(":parameter/")
        path, _, selector = rest.partition(":")
        return head + mark + path, selector
    path, _, selector = name.partition(":")
    return path, selector
