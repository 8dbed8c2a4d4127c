"""What a service's owner and its callers have settled on beyond AWS: retries, routes, who may call.

Everything is said with tags, so that an unmodified AWS client can say it (ECS: TagResource on a
cluster or a service; Cloud Map: TagResource on a namespace). What is said nearer to a call wins:
AWS's default, then the called service's cluster, its namespace, the called service itself, and
last the calling service's own word for this one target (``seaway:to.<discovery name>.…``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seaway.core.mesh.proxy import (
    Algorithm,
    Condition,
    Fault,
    HashOn,
    Limits,
    OutlierDetection,
    RateLimit,
    Retry,
)
from seaway.core.names import Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One resource's word: its tags, and how people call it ("service cats", "cluster pets")."""

    source: str
    tags: Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One setting in force: its name without the prefix, its text, and who said it."""

    name: str
    value: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A part of the requests, by weight, goes to another endpoint of the namespace."""

    discovery_name: str
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRoute:
    """Requests that meet all conditions are treated in their own way.

    What is None is as for the rest of the service; ``turns`` () = to the service itself.
    """

    name: str
    conditions: tuple[Condition, ...]
    turns: tuple[Turn, ...] = ()
    timeout: float | None = None
    retry: Retry | None = None
    fault: Fault | None = None
    rate: RateLimit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What holds for one caller's requests to one endpoint name. None = AWS's own behaviour.

    ``timeout`` and ``idle_timeout`` are seconds, 0 = off. ``turns`` () = all to the name itself;
    ``mirrors`` are (discovery name, percent). ``said`` is every setting in force and where it
    comes from; ``wrong`` every one that could not be understood, and why: it has no effect.
    """

    retry: Retry | None = None
    timeout: float | None = None
    idle_timeout: float | None = None
    outlier: OutlierDetection | None = None
    outlier_off: bool = False
    limits: Limits = Limits()
    algorithm: Algorithm = Algorithm.ROUND_ROBIN
    hash_on: tuple[HashOn, ...] = ()
    turns: tuple[Turn, ...] = ()
    mirrors: tuple[tuple[str, float], ...] = ()
    fault: Fault | None = None
    rate: RateLimit | None = None
    routes: tuple[PolicyRoute, ...] = ()
    trace_percent: float | None = None
    said: tuple[Said, ...] = ()
    wrong: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who calls: an ECS service, a family of tasks that were run, or the machine's programs.

    ``name`` is the service's name, the group of tasks that RunTask started ("family:jobs"), or
    "machine"; ``cluster`` is empty for the last.
    """

    cluster: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a caller may call, and who said so in which words."""

    allowed: bool
    source: str
    rule: str


NO_POLICY = Policy()


def policy_of(layers: Sequence[Layer]) -> Policy:
    """The settings in force, the last layer's before the others'."""
    raise NotImplementedError


def may_call(caller: Identity, layers: Sequence[Layer]) -> Verdict:
    """Whether the caller may call what these layers speak for."""
    raise NotImplementedError
