"""What a change in the store makes stale of the proxies' traffic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from seaway.core.balancer import Listener, LoadBalancer, Rule, Target, TargetGroup
from seaway.core.capacity import ContainerInstance, Host
from seaway.core.certificates import ProxyCertificate
from seaway.core.cluster import Cluster
from seaway.core.discovery import NamedEndpoint, Namespace, Registration
from seaway.core.managed_certificate import ManagedCertificate
from seaway.core.service import Deployment, RevisionTraffic, Service, ServiceConnect
from seaway.core.task import Task, TaskStatus
from seaway.mesh.offers import words
from seaway.store.changes import Change

_BALANCING = (Target, TargetGroup, LoadBalancer, Listener, Rule)
_SAYING = (Cluster, Namespace, RevisionTraffic, ProxyCertificate, ManagedCertificate)
_RUNNING = (Task, Deployment, Service, ContainerInstance, Host)

_CONCERNING = frozenset((NamedEndpoint, Registration, *_RUNNING, *_SAYING, *_BALANCING))

_STAGES = {
    TaskStatus.PROVISIONING: 0,
    TaskStatus.PENDING: 0,
    TaskStatus.ACTIVATING: 1,
    TaskStatus.RUNNING: 1,
    TaskStatus.DEACTIVATING: 2,
    TaskStatus.STOPPING: 3,
    TaskStatus.DEPROVISIONING: 4,
    TaskStatus.STOPPED: 5,
}
"""What of a task's way through life its proxies see."""


def concerns_traffic(change: Change) -> bool:
    """Whether proxies may have something else to do; most of what befalls a task is not theirs."""
    if change.noun is Task and change.before is not None and change.after is not None:
        return _seen(change.before) != _seen(change.after)
    return change.noun in _CONCERNING


@dataclass(slots=True)
class Stale:
    """What some changes make stale."""

    hosts: set[str] = field(default_factory=set)
    offers: set[str] = field(default_factory=set)
    services: set[str] = field(default_factory=set)
    deployments: set[str] = field(default_factory=set)
    clusters: set[str] = field(default_factory=set)
    namespaces: set[str] = field(default_factory=set)
    tasks: set[str] = field(default_factory=set)
    balance: bool = False
    callers: bool = False
    certificates: bool = False
    words: bool = False
    """What somebody has said in tags."""
    present: bool = False
    """Which addresses there are, and whose."""
    apart: bool = False
    """Which hosts reach each other, and where."""


def stale_of(changes: Iterable[Change]) -> Stale:
    """What these changes make stale."""
    stale = Stale()
    for change in changes:
        before, after = change.before, change.after
        match change.either:
            case Task() as task:
                stale_task(stale, task, [t for t in (before, after) if t is not None])
            case Registration(service=discovery):
                stale.offers.add(discovery)
            case NamedEndpoint(discovery=discovery):
                stale.offers.add(discovery)
                stale.words = True  # its service may only now be one that offers something
            case Service(arn=arn):
                if _says_other(before, after) or _offers(before) != _offers(after):
                    stale.services.add(arn)
                    stale.callers = stale.words = True
            case Cluster(arn=arn):
                if _says_other(before, after):
                    stale.clusters.add(arn)
                    stale.words = True
            case Namespace(arn=arn):
                if _says_other(before, after):
                    stale.namespaces.add(arn)
                    stale.words = True
            case RevisionTraffic(service=service):
                stale.services.add(service)
            case ProxyCertificate() | ManagedCertificate():
                stale.certificates = True
            case Deployment(id=id):
                if _terms(before) != _terms(after):
                    stale.deployments.add(id)
            case ContainerInstance():
                stale.hosts.update(i.host for i in (before, after) if i is not None and i.host)
            case Host(id=id):
                if before is None or after is None:
                    stale.hosts.add(id)
                stale.apart = stale.apart or _where(before) != _where(after)
            case _:
                stale.balance = True
    return stale


def stale_task(stale: Stale, task: Task, both: list[Task]) -> None:
    """Add what a task makes stale; ``both`` is the task before and after, as far as it was."""
    stale.hosts.update(t.host for t in both if t.host is not None)
    stale.tasks.add(task.arn)
    stale.services.update(t.service for t in both if t.service is not None)
    stale.balance = stale.balance or any(t.bindings for t in both)
    stale.present = True


def _seen(task: Task) -> tuple[object, ...]:
    """What proxies are told of a task, of all that changes while it lives."""
    place = (task.host, task.instance, task.vpc, task.addresses, task.bindings, task.sandboxes)
    return (_STAGES[task.last_status], task.deployment, place)


def _terms(deployment: Deployment | None) -> tuple[object, ...]:
    """What of a deployment its tasks call and serve by; it is settled when that is made."""
    if deployment is None:
        return ()
    return (deployment.connect, deployment.known, deployment.discovery)


def _offers(service: Service | None) -> ServiceConnect | None:
    return service.connect if service is not None else None


def _where(host: Host | None) -> str:
    return host.address if host is not None else ""


def _says_other(before: Any, after: Any) -> bool:
    """It has come, gone, or has something else to say."""
    return before is None or after is None or words(before.tags) != words(after.tags)
