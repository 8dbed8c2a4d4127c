"""The second half as the store has it: who may call, what is said of the calls, who answers."""

from __future__ import annotations

from seaway.core.cluster import Cluster
from seaway.core.discovery import NamedEndpoint, Namespace, Registration
from seaway.core.mesh.intentions import UNSAID, may_call
from seaway.core.mesh.policy import policy_of
from seaway.core.mesh.policy_nouns import Policy
from seaway.core.mesh.policy_tags import Layer, layers_of
from seaway.core.names import last_part
from seaway.core.service import Service
from seaway.core.task import Health, Task, TaskStatus
from seaway.insight.asking import why_none
from seaway.insight.explanation import Step, broken, count, listed, ok, warning
from seaway.insight.parties import Party, namespace_name
from seaway.store.transaction import Transaction


def layers_between(
    tx: Transaction, caller: Party, endpoint: NamedEndpoint, owner: Service
) -> tuple[Layer, ...]:
    """Everybody's word on the caller's calls, the farthest first."""
    cluster = tx.find(Cluster, owner.cluster)
    namespace = tx.find(Namespace, endpoint.namespace)
    return layers_of(
        cluster=last_part(owner.cluster),
        cluster_tags=cluster.tags if cluster else (),
        namespace=namespace_name(tx, endpoint.namespace),
        namespace_tags=namespace.tags if namespace else (),
        service=owner.name,
        service_tags=owner.tags,
        discovery_name=endpoint.discovery_name,
        request_timeout=endpoint.request_timeout,
        idle_timeout=endpoint.idle_timeout,
        caller=caller.name if caller.service else None,
        caller_tags=caller.service.tags if caller.service else (),
    )


def is_allowed(caller: Party, owner: Service, layers: tuple[Layer, ...]) -> Step:
    """The intentions let the caller call."""
    verdict = may_call(caller.identity, layers)
    said = f"{verdict.source} says {verdict.rule}"
    if verdict == UNSAID:
        return ok("permission", f"{caller.name} may call {owner.name}: nobody has said otherwise.")
    if verdict.allowed:
        return ok("permission", f"{caller.name} may call {owner.name}: {said}.")
    where, here = caller.identity.cluster, last_part(owner.cluster)
    who = caller.name if where in ("", here) else f"{where}/{caller.name}"
    return broken(
        "permission",
        f"{caller.name} may not call {owner.name}: {said}; its calls are turned away.",
        f"Let it: seaway mesh allow {who} {here}/{owner.name}",
    )


def settings_hold(layers: tuple[Layer, ...]) -> Step | None:
    """Every setting that was said could be understood."""
    policy = policy_of(layers)
    if policy.wrong:
        first = policy.wrong[0]
        more = f" {len(policy.wrong) - 1} more likewise." if policy.wrong[1:] else ""
        return warning(
            "settings",
            f"seaway:{first.name}={first.value} of {first.source} has no effect: {first.why}{more}",
        )
    return ok("settings", _settings(policy)) if policy.said else None


def _settings(policy: Policy) -> str:
    said = [f"{one.name}={one.value} ({one.source})" for one in policy.said]
    return f"In force: {listed(said, 8)}."


def target_runs(tx: Transaction, owner: Service) -> Step:
    """Tasks are there to answer."""
    tasks = [t for t in tx.where(Task, service=owner.arn) if t.is_running]
    where = f"Service {owner.name} of cluster {last_part(owner.cluster)}"
    if not tasks:
        return broken("target", f"{where} has no running task.", why_none(tx, owner))
    wanted = count(owner.desired_count, "task")
    if len(tasks) < owner.desired_count:
        return warning("target", f"{where}: only {len(tasks)} of {wanted} running.")
    return ok("target", f"{where}: {len(tasks)} of {wanted} running.")


def target_is_registered(tx: Transaction, endpoint: NamedEndpoint, owner: Service) -> Step:
    """Those tasks are where callers are sent to: their health checks let them."""
    name = "endpoints"
    registered = {r.task for r in tx.where(Registration, service=endpoint.discovery)}
    running = [t for t in tx.where(Task, service=owner.arn) if t.is_running]
    waiting = [t for t in running if t.arn not in registered]
    if waiting:
        told = warning if any(t.arn in registered for t in running) else broken
        return told(name, *_why_waiting(owner, waiting))
    leaving = [
        t
        for t in tx.where(Task, service=owner.arn)
        if t.last_status in (TaskStatus.DEACTIVATING, TaskStatus.STOPPING)
    ]
    ending = f" {count(len(leaving), 'task')} leaving: nothing new goes there." if leaving else ""
    sentence = f"{count(len(running), 'task')} registered as {endpoint.discovery_name}.{ending}"
    return ok(name, sentence)


def _why_waiting(owner: Service, waiting: list[Task]) -> tuple[str, str]:
    some = count(len(waiting), "running task")
    unhealthy = [t for t in waiting if t.health is Health.UNHEALTHY]
    if unhealthy:
        return (
            f"{some} of {owner.name} gets no requests: the container health check fails.",
            f"See what it says: docker inspect, or the log of task {unhealthy[0].id}.",
        )
    if any(t.health is Health.UNKNOWN for t in waiting):
        return (
            f"{some} of {owner.name} gets no requests until the container health check passes.",
            "Wait, or look at the healthCheck of the task definition.",
        )
    return (
        f"{some} of {owner.name} is not registered: its deployment does not offer this name.",
        "Wait for the new deployment, or see the service's events.",
    )
