"""The same figures for Prometheus: text in its exposition format, version 0.0.4.

Counters begin anew with each start of Seaway, as Prometheus expects of a program.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from seaway.core.capacity import Host
from seaway.core.mesh.proxy import Labels, Purpose
from seaway.core.mesh.sample import RETRIED, Metric, Side, Spread, count_of
from seaway.core.names import last_part
from seaway.core.service import Service
from seaway.core.task import Task, TaskStatus
from seaway.insight.rates import Counted, Rates
from seaway.store.transaction import Transaction

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_CLASSES = {
    Metric.RESPONSES_2XX: "2xx",
    Metric.RESPONSES_3XX: "3xx",
    Metric.RESPONSES_4XX: "4xx",
    Metric.RESPONSES_5XX: "5xx",
    Metric.PROXY_REPLIES_4XX: "4xx",
    Metric.PROXY_REPLIES_5XX: "5xx",
}
_REPLIES = (Metric.PROXY_REPLIES_4XX, Metric.PROXY_REPLIES_5XX)
_COUNTERS = {
    Metric.NEW_CONNECTIONS: "seaway_connections_total",
    Metric.FAILED_CONNECTIONS: "seaway_connections_failed_total",
    Metric.TLS_FAILURES: "seaway_tls_failures_total",
    Metric.DENIED: "seaway_calls_denied_total",
    Metric.BYTES_SENT: "seaway_sent_bytes_total",
    Metric.BYTES_RECEIVED: "seaway_received_bytes_total",
}
_GAUGES = {
    Metric.ACTIVE_CONNECTIONS: "seaway_connections_active",
    Metric.TARGETS: "seaway_targets",
    Metric.HEALTHY_TARGETS: "seaway_targets_healthy",
}


@dataclass(slots=True)
class _Family:
    """One metric: what kind it is, what it says, and its lines."""

    kind: str
    help: str
    lines: list[str] = field(default_factory=list)


def _families() -> dict[str, _Family]:
    told = {
        "seaway_info": ("gauge", "Always 1; which Seaway this is."),
        "seaway_requests_total": (
            "counter",
            "Answers callers got, by class of status; by says whether the target or the proxy "
            "answered.",
        ),
        "seaway_retried_total": ("counter", "Targets' answers that led to another try."),
        "seaway_response_seconds": ("histogram", "How long targets took to answer."),
        "seaway_calls_denied_total": ("counter", "Calls turned away: the caller may not call."),
        "seaway_connections_total": ("counter", "Connections begun to targets."),
        "seaway_connections_failed_total": ("counter", "Those that did not come about."),
        "seaway_connections_active": ("gauge", "Connections to targets that are open."),
        "seaway_tls_failures_total": ("counter", "TLS handshakes that failed."),
        "seaway_sent_bytes_total": ("counter", "Bytes sent to targets."),
        "seaway_received_bytes_total": ("counter", "Bytes received from targets."),
        "seaway_targets": ("gauge", "Targets the caller's proxy knows."),
        "seaway_targets_healthy": ("gauge", "Those of them that it sends requests to."),
        "seaway_tasks": ("gauge", "Tasks that have not stopped, by their last status."),
        "seaway_service_desired_tasks": ("gauge", "How many tasks a service wants."),
        "seaway_host_connected": ("gauge", "Whether the host's agent is connected."),
        "seaway_proxy_connected": ("gauge", "Whether the host's Envoy is connected."),
    }
    return {name: _Family(kind, text) for name, (kind, text) in told.items()}


def exposition(
    rates: Rates, tx: Transaction, connected: Mapping[str, bool], version: str, now: float
) -> str:
    """All metrics. ``connected`` says of each host whether its Envoy is."""
    families = _families()
    _line(families, "seaway_info", {"version": version}, 1)
    for labels, sums in rates.sums():
        _edge(families, labels, sums)
        if labels.purpose is not Purpose.INGRESS:
            for metric, name in _GAUGES.items():
                _line(families, name, _named(labels), rates.now(labels, metric, now))
    _state(families, tx, connected)
    return "".join(_text(families))


def _edge(
    families: Mapping[str, _Family], labels: Labels, sums: Mapping[Counted, float | Spread]
) -> None:
    named = _named(labels)
    answers: Counter[tuple[str, str]] = Counter()
    counted: Counter[str] = Counter()
    for (side, metric, cause), value in sums.items():
        if side is Side.PORT and metric not in (Metric.DENIED, Metric.TLS_FAILURES):
            continue  # a load balancer's clients; the targets' side counts the same requests
        if isinstance(value, Spread):
            _histogram(families["seaway_response_seconds"], named, value)
        elif cause == RETRIED:
            counted["seaway_retried_total"] += int(value)
        elif metric in _CLASSES:
            by = "proxy" if metric in _REPLIES else "target"
            answers[_CLASSES[metric], by] += int(count_of(value))
        elif metric in _COUNTERS:
            counted[_COUNTERS[metric]] += int(value)
    for (code_class, by), often in sorted(answers.items()):
        _line(
            families, "seaway_requests_total", named | {"code_class": code_class, "by": by}, often
        )
    for name, often in counted.items():
        _line(families, name, named, often)


def _histogram(family: _Family, named: Mapping[str, str], spread: Spread) -> None:
    """Prometheus counts up to each bound, Envoy between two."""
    passed = 0
    for bound, often in zip(spread.bounds, spread.counts, strict=False):
        passed += often
        le = {"le": f"{bound / 1000:g}"}
        family.lines.append(_sample("seaway_response_seconds_bucket", {**named, **le}, passed))
    end = {"le": "+Inf"}
    family.lines += [
        _sample("seaway_response_seconds_bucket", {**named, **end}, spread.count),
        _sample("seaway_response_seconds_sum", named, spread.sum / 1000),
        _sample("seaway_response_seconds_count", named, spread.count),
    ]


def _state(families: Mapping[str, _Family], tx: Transaction, connected: Mapping[str, bool]) -> None:
    live: Counter[tuple[str, str, str]] = Counter()
    for task in tx.where(Task):
        if task.last_status is not TaskStatus.STOPPED:
            whose = last_part(task.service) if task.service else task.group
            live[last_part(task.cluster), whose, task.last_status] += 1
    for (cluster, service, status), often in sorted(live.items()):
        named = {"cluster": cluster, "service": service, "status": status}
        _line(families, "seaway_tasks", named, often)
    for one in tx.where(Service, status="ACTIVE"):
        named = {"cluster": last_part(one.cluster), "service": one.name}
        _line(families, "seaway_service_desired_tasks", named, one.desired_count)
    for host in tx.where(Host):
        _line(families, "seaway_host_connected", {"host": host.id}, host.connected)
        up = connected.get(host.id, False)
        _line(families, "seaway_proxy_connected", {"host": host.id}, up)


def _named(labels: Labels) -> dict[str, str]:
    """Caller and target; a load balancer calls by its own name, and its target is the group."""
    named = {
        "cluster": labels.cluster,
        "service": labels.service or labels.load_balancer,
        "target": labels.discovery_name or labels.target_group,
        "target_cluster": labels.target_cluster,
        "target_service": labels.target_service,
        "namespace": labels.namespace,
        "revision": labels.revision,
        "protocol": labels.protocol,
    }
    if labels.purpose is Purpose.INGRESS:
        named["service"] = "ingress"
    return named


def _line(
    families: Mapping[str, _Family], name: str, named: Mapping[str, str], value: float
) -> None:
    families[name].lines.append(_sample(name, named, value))


def _sample(name: str, named: Mapping[str, str], value: float) -> str:
    inner = ",".join(f'{key}="{_escaped(text)}"' for key, text in named.items())
    return f"{name}{{{inner}}} {float(value):.15g}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _text(families: Mapping[str, _Family]) -> Iterator[str]:
    for name, family in families.items():
        if family.lines:
            yield f"# HELP {name} {family.help}\n# TYPE {name} {family.kind}\n"
            yield from family.lines
