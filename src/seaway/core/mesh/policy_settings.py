"""Everything that can be said about calls to a service, one by one: name, meaning, effect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from seaway.core.mesh.policy_nouns import Policy, Turn
from seaway.core.mesh.policy_tags import (
    OFF,
    abort,
    address_and_port,
    balancing,
    copies,
    count,
    delay,
    duration,
    limit,
    percent,
    rate,
    shares,
    some_duration,
    statuses,
    switch,
)
from seaway.core.mesh.proxy import Fault, OutlierDetection, Retry


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One thing that can be said: its name, an example, what holds when nobody says it.

    ``apply`` gives the policy with the text in force; raises WrongWord.
    """

    name: str
    about: str
    example: str
    default: str
    apply: Callable[[Policy, str], Policy]
    tcp_default: str = ""
    """What holds for TCP, where that is something else."""
    http_only: bool = False
    near_only: bool = False
    """Makes sense for one service, not for all of a cluster or a namespace."""


def _retry(policy: Policy) -> Retry:
    return policy.retry or Retry()


def _outlier(policy: Policy) -> OutlierDetection:
    return policy.outlier or OutlierDetection()


def _fault(policy: Policy) -> Fault:
    return policy.fault or Fault()


def _retried(policy: Policy, text: str) -> Policy:
    http, grpc = statuses(text)
    return replace(policy, retry=replace(_retry(policy), statuses=http, grpc=grpc))


def _balanced(policy: Policy, text: str) -> Policy:
    algorithm, hash_on = balancing(text)
    return replace(policy, algorithm=algorithm, hash_on=hash_on)


def _delayed(policy: Policy, text: str) -> Policy:
    length, part = delay(text)
    return replace(policy, fault=replace(_fault(policy), delay=length, delay_percent=part))


def _aborted(policy: Policy, text: str) -> Policy:
    status, part = abort(text)
    return replace(policy, fault=replace(_fault(policy), abort=status, abort_percent=part))


def turns(text: str) -> tuple[Turn, ...]:
    """Where requests go, by weight; raises WrongWord."""
    return tuple(Turn(discovery_name=name, weight=weight) for name, weight in shares(text))


SETTINGS = (
    Setting(
        name="timeout",
        about="for the whole request, its retries included",
        example="2s",
        default="15s",
        http_only=True,
        apply=lambda p, t: replace(p, timeout=duration(t)),
    ),
    Setting(
        name="idle-timeout",
        about="how long nothing may be sent before a request or a TCP connection ends",
        example="1m",
        default="5m",
        tcp_default="1h",
        apply=lambda p, t: replace(p, idle_timeout=duration(t)),
    ),
    Setting(
        name="retries",
        about="how often a failed request is tried again, on another endpoint if there is one",
        example="0",
        default="2",
        http_only=True,
        apply=lambda p, t: replace(
            p, retry=replace(_retry(p), attempts=0 if t == OFF else count(t, 0, 100))
        ),
    ),
    Setting(
        name="retries.on",
        about="statuses, also gRPC's, that are tried again besides connections refused or broken",
        example="503 502",
        default="503",
        http_only=True,
        apply=_retried,
    ),
    Setting(
        name="retries.timeout",
        about="for each try",
        example="500ms",
        default="off",
        http_only=True,
        apply=lambda p, t: replace(p, retry=replace(_retry(p), try_timeout=duration(t))),
    ),
    Setting(
        name="retries.budget",
        about="the most percent of the requests under way that may be retries",
        example="20",
        default="off",
        http_only=True,
        apply=lambda p, t: replace(
            p, limits=replace(p.limits, retry_budget=None if t == OFF else percent(t))
        ),
    ),
    Setting(
        name="outlier",
        about="whether endpoints that fail are left alone for a while",
        example="off",
        default="on",
        apply=lambda p, t: replace(p, outlier_off=not switch(t)),
    ),
    Setting(
        name="outlier.failures",
        about="5xx answers or broken connections in a row that make an endpoint one that fails",
        example="3",
        default="5",
        apply=lambda p, t: replace(p, outlier=replace(_outlier(p), failures=count(t, 1, 10_000))),
    ),
    Setting(
        name="outlier.interval",
        about="time between looks at who may come back",
        example="10s",
        default="30s",
        apply=lambda p, t: replace(p, outlier=replace(_outlier(p), interval=some_duration(t))),
    ),
    Setting(
        name="outlier.ejection",
        about="how long an endpoint stays away the first time; longer each time after",
        example="10s",
        default="30s",
        apply=lambda p, t: replace(
            p, outlier=replace(_outlier(p), first_ejection=some_duration(t))
        ),
    ),
    Setting(
        name="outlier.longest",
        about="how long it stays away at most",
        example="1m",
        default="5m",
        apply=lambda p, t: replace(
            p, outlier=replace(_outlier(p), longest_ejection=some_duration(t))
        ),
    ),
    Setting(
        name="outlier.percent",
        about="the most percent of the endpoints that may be away at once",
        example="50",
        default="100",
        apply=lambda p, t: replace(p, outlier=replace(_outlier(p), most_ejected=count(t, 0, 100))),
    ),
    Setting(
        name="limits.connections",
        about="connections one calling service may have open",
        example="100",
        default="off",
        apply=lambda p, t: replace(p, limits=replace(p.limits, connections=limit(t))),
    ),
    Setting(
        name="limits.pending",
        about="requests that may wait for a connection",
        example="50",
        default="off",
        http_only=True,
        apply=lambda p, t: replace(p, limits=replace(p.limits, pending=limit(t))),
    ),
    Setting(
        name="limits.requests",
        about="requests that may be under way",
        example="200",
        default="off",
        http_only=True,
        apply=lambda p, t: replace(p, limits=replace(p.limits, requests=limit(t))),
    ),
    Setting(
        name="limits.requests-per-connection",
        about="requests after which a connection to an endpoint is replaced",
        example="1000",
        default="off",
        http_only=True,
        apply=lambda p, t: replace(p, limits=replace(p.limits, requests_per_connection=limit(t))),
    ),
    Setting(
        name="balancing",
        about="how the next endpoint is chosen",
        example="hash header:x-user",
        default="round_robin",
        apply=_balanced,
    ),
    Setting(
        name="split",
        about="which endpoints of the namespace the requests are divided among",
        example="cats:90 cats-next:10",
        default="off",
        near_only=True,
        apply=lambda p, t: replace(p, turns=turns(t)),
    ),
    Setting(
        name="mirror",
        about="who gets a copy of the requests, and of how many percent of them",
        example="cats-next:5",
        default="off",
        http_only=True,
        near_only=True,
        apply=lambda p, t: replace(p, mirrors=copies(t)),
    ),
    Setting(
        name="fault.delay",
        about="how long requests wait on purpose, and how many percent of them",
        example="200ms:10",
        default="off",
        http_only=True,
        apply=_delayed,
    ),
    Setting(
        name="fault.abort",
        about="the status that requests fail with on purpose, and how many percent of them",
        example="503:5",
        default="off",
        http_only=True,
        apply=_aborted,
    ),
    Setting(
        name="rate",
        about="requests that one calling service may send through one host's proxy; more get 429",
        example="100/s",
        default="off",
        http_only=True,
        apply=lambda p, t: replace(p, rate=rate(t)),
    ),
    Setting(
        name="trace",
        about="the percentage of the requests that leave a trace",
        example="10",
        default="the caller's",
        http_only=True,
        apply=lambda p, t: replace(p, trace_percent=percent(t)),
    ),
    Setting(
        name="trace.collector",
        about="who takes the traces, by OTLP over gRPC",
        example="10.0.1.9:4317",
        default="SEAWAY_OTLP",
        http_only=True,
        apply=lambda p, t: replace(p, trace_collector=address_and_port(t)),
    ),
)
"""In the order in which they are shown and put in force; routes come after them."""
