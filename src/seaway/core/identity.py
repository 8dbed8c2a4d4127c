"""Who may be whom: roles, policies, instance profiles and the credentials handed out for them."""

from __future__ import annotations

from dataclasses import dataclass

from seaway.core.names import Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """An IAM role. ``trust`` and the inline policies are documents as given, and not enforced."""

    arn: str
    id: str
    name: str
    account: str
    path: str
    trust: str
    created_at: float
    description: str | None = None
    longest_session: int = 3600
    boundary: str | None = None
    inline: tuple[tuple[str, str], ...] = ()
    """(policy name, document) pairs."""
    attached: tuple[str, ...] = ()
    """ARNs of managed policies."""
    service: str | None = None
    """The service a service-linked role belongs to."""
    tags: Tags = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    """One version of a managed policy."""

    number: int
    document: str
    created_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A managed policy of one's own; kept, not enforced."""

    arn: str
    id: str
    name: str
    account: str
    path: str
    created_at: float
    updated_at: float
    versions: tuple[PolicyVersion, ...]
    default: int = 1
    latest: int = 1
    description: str | None = None
    tags: Tags = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceProfile:
    """What an instance is given a role by. ``role`` is the role's ARN."""

    arn: str
    id: str
    name: str
    account: str
    path: str
    created_at: float
    role: str | None = None
    tags: Tags = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """An access key that was handed out, until ``expires_at`` (epoch seconds)."""

    access_key: str
    secret: str
    session: str
    account: str
    principal: str
    """ARN of who its holder is."""
    user_id: str
    created_at: float
    expires_at: float


AWS_POLICIES = "arn:aws:iam::aws:policy/"
"""What the ARNs of the policies AWS itself keeps begin with."""
