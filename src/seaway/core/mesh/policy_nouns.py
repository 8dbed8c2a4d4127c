"""What holds for calls to a service, as a value: settings, their sources, and routes."""

from __future__ import annotations

from dataclasses import dataclass, field

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One setting: its name without the prefix, its text, and who said it.

    ``why`` is a sentence on what is wrong with it, empty for those in force.
    """

    name: str
    value: str
    source: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A part of the requests, by weight, goes to another endpoint of the namespace."""

    discovery_name: str
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRoute:
    """Requests that meet all conditions are treated in their own way.

    What is None is as for the rest of the service; ``turns`` () = to the service itself, and
    nowhere else, whatever the service's own ``turns`` say.
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
    limits: Limits = field(default_factory=Limits)
    algorithm: Algorithm = Algorithm.ROUND_ROBIN
    hash_on: tuple[HashOn, ...] = ()
    turns: tuple[Turn, ...] = ()
    mirrors: tuple[tuple[str, float], ...] = ()
    fault: Fault | None = None
    rate: RateLimit | None = None
    routes: tuple[PolicyRoute, ...] = ()
    trace_percent: float | None = None
    trace_collector: tuple[str, int] | None = None
    said: tuple[Said, ...] = ()
    wrong: tuple[Said, ...] = ()


NO_POLICY = Policy()
