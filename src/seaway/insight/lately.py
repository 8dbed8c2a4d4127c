"""What the calls of the last minute came to, and why the proxy answered some of them itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seaway.insight.explanation import Step, broken, count, ok, warning
from seaway.insight.parties import Party
from seaway.insight.rates import Edge


@dataclass(frozen=True, slots=True, kw_only=True)
class Lately:
    """The edges over the last minute, and over the last seconds."""

    minute: Sequence[Edge] = ()
    seconds: Sequence[Edge] = ()


_CAUSES = {
    "UF": "connections to the target fail: nothing listens on its container port, or only on "
    "127.0.0.1 inside of it",
    "UH": "there was no healthy endpoint",
    "UO": "a limit of the circuit breaker was reached (seaway:limit…)",
    "UT": "the target took longer than the timeout",
    "UC": "the target closed the connection before it answered",
    "UR": "the target reset the connection",
    "UPE": "the target does not speak the protocol its appProtocol names",
    "NC": "the way led to no upstream",
    "LR": "the proxy reset the request",
    "RL": "the rate limit was reached",
    "FI": "a fault put in on purpose answered",
    "SI": "nothing was sent for the idle timeout",
}


def passes_now(edges: Sequence[Edge]) -> Step | None:
    """Not every single call of the last seconds failed before it came to the target."""
    flows = [edge.flow for edge in edges]
    requests = sum(f.requests * f.seconds for f in flows)
    own = sum(sum(f.causes.values()) for f in flows)
    begun = sum(f.connections * f.seconds for f in flows)
    failed = sum(f.failed_connections * f.seconds for f in flows)
    if requests and own >= requests:
        told = f"Every call fails, {count(round(requests), 'call')} just now: "
        return broken("traffic", f"{told}{_told(causes_of(edges))}.")
    if not requests and begun and failed >= begun:
        told = f"Every connection fails, {round(failed)} just now: {_CAUSES['UF']}."
        return broken("traffic", told)
    return None


def passed_lately(caller: Party, edges: Sequence[Edge]) -> Step:
    """What the last minute's calls came to."""
    name = "traffic"
    flows = [edge.flow for edge in edges]
    requests = sum(f.requests * f.seconds for f in flows)
    errors = sum(f.errors * f.seconds for f in flows)
    failed = sum(f.failed_connections * f.seconds for f in flows)
    denied = sum(f.denied * f.seconds for f in flows)
    handshakes = sum(f.tls_failures * f.seconds for f in flows)
    if handshakes:
        said = f"{handshakes:.0f} TLS handshakes with the target failed in the last minute."
        return warning(name, said, "The host's envoy.log says why.")
    if denied:
        return warning(name, f"{denied:.0f} calls were turned away in the last minute.")
    causes = _told(causes_of(edges))
    if causes:
        return warning(name, f"In the last minute: {causes}.")
    if failed:
        return warning(name, f"{failed:.0f} connections failed in the last minute.")
    if errors:
        said = f"{errors:.0f} of {requests:.0f} answers in the last minute were the target's 5xx."
        return warning(name, said, "See the target's own log.")
    if requests:
        return ok(name, f"{count(round(requests), 'request')} in the last minute, none failed.")
    if any(f.connections or f.sent for f in flows) or any(e.connections for e in edges):
        return ok(name, "Connections are open, or were in the last minute.")
    return ok(name, f"{caller.name} has not called in the last minute.")


def causes_of(edges: Sequence[Edge]) -> dict[str, float]:
    """How often the proxy answered itself, by each of Envoy's flags."""
    causes: dict[str, float] = {}
    for edge in edges:
        for flags, often in edge.flow.causes.items():
            for flag in flags.split(","):
                causes[flag] = causes.get(flag, 0.0) + often
    return causes


def _told(causes: Mapping[str, float]) -> str:
    told = sorted(
        ((often, flag) for flag, often in causes.items() if flag in _CAUSES), reverse=True
    )
    return "; ".join(f"{often:.0f} × {_CAUSES[flag]} ({flag})" for often, flag in told)
