"""Who is meant by the words of a question: the caller, and the name it calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from seaway.core.discovery import NamedEndpoint, Namespace
from seaway.core.mesh.intentions import MACHINE, Identity
from seaway.core.names import last_part
from seaway.core.service import Deployment, Service
from seaway.core.task import Task, TaskStatus
from seaway.insight.explanation import listed
from seaway.store.transaction import Transaction


class Nobody(Exception):
    """Nobody, or more than one, is meant by a word; the message says so in one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A caller: an ECS service, a family of tasks that were run, or the machine's programs.

    ``tasks`` are those that have not stopped; ``namespace`` is the ARN of the one whose names
    they know; ``known`` the ARNs of discovery services in a faithful cluster, None = all.
    """

    name: str
    identity: Identity
    service: Service | None = None
    deployment: Deployment | None = None
    tasks: tuple[Task, ...] = ()
    namespace: str | None = None
    known: tuple[str, ...] | None = None

    @property
    def is_machine(self) -> bool:
        """The machine's own programs, which run outside of all tasks."""
        return self.service is None and self.identity.name == MACHINE

    @property
    def running(self) -> tuple[Task, ...]:
        """The tasks that can call."""
        return tuple(task for task in self.tasks if task.is_running)


def caller_named(tx: Transaction, word: str, cluster: str | None) -> Party:
    """Who calls: a service's name, ``cluster/service``, ``family:name`` or ``machine``.

    Raises Nobody.
    """
    if word == MACHINE:
        return Party(name=word, identity=Identity(cluster="", name=MACHINE))
    where, _, name = word.rpartition("/")
    where = where or cluster or ""
    if name.startswith("family:"):
        return _family(tx, name, where)
    return _service(tx, name, where)


def _family(tx: Transaction, group: str, cluster: str) -> Party:
    tasks = [t for t in tx.where(Task) if t.group == group and _is_live(t)]
    tasks = [t for t in tasks if not cluster or last_part(t.cluster) == cluster]
    if not tasks:
        raise Nobody(f"No task of {group} runs{f' in cluster {cluster}' if cluster else ''}.")
    clusters = sorted({last_part(t.cluster) for t in tasks})
    if len(clusters) > 1:
        raise Nobody(f"{group} runs in the clusters {listed(clusters)}: say --cluster.")
    namespaces = [t.namespace for t in tasks if t.namespace]
    return Party(
        name=group,
        identity=Identity(cluster=clusters[0], name=group),
        tasks=tuple(tasks),
        namespace=namespaces[0] if namespaces else None,
    )


def _service(tx: Transaction, name: str, cluster: str) -> Party:
    named = services_named(tx, name, cluster)
    if not named:
        active = sorted({s.name for s in tx.where(Service, status="ACTIVE")})
        where = f" in cluster {cluster}" if cluster else ""
        raise Nobody(f"There is no service {name}{where}.{did_you_mean(name, active)}")
    if len(named) > 1:
        clusters = sorted(last_part(s.cluster) for s in named)
        raise Nobody(f"There is a service {name} in {listed(clusters)}: say --cluster.")
    (service,) = named
    deployments = tx.where(Deployment, service=service.arn)
    primary = next((d for d in reversed(deployments) if d.status == "PRIMARY"), None)
    connect = primary.connect if primary else service.connect
    return Party(
        name=name,
        identity=Identity(cluster=last_part(service.cluster), name=name),
        service=service,
        deployment=primary,
        tasks=tuple(t for t in tx.where(Task, service=service.arn) if _is_live(t)),
        namespace=connect.namespace if connect and connect.enabled else None,
        known=primary.known if primary else None,
    )


def services_named(tx: Transaction, name: str, cluster: str = "") -> list[Service]:
    """The active services of this name, of one cluster or of all."""
    return [
        service
        for service in tx.where(Service, status="ACTIVE")
        if service.name == name and (not cluster or last_part(service.cluster) == cluster)
    ]


def endpoints_named(
    tx: Transaction, word: str, namespace: str | None = None
) -> list[NamedEndpoint]:
    """The endpoints a word may mean: what clients dial, a discovery name, or whose they are.

    ``word`` may end with a port (``cats:8080``). ``namespace`` None = of any namespace.
    """
    name, _, port = word.partition(":")
    found = tx.where(NamedEndpoint, namespace=namespace) if namespace else tx.where(NamedEndpoint)
    if port:
        found = [e for e in found if str(e.port) == port]
    for names in (
        lambda e: (e.dns_name,),
        lambda e: (e.discovery_name,),
        lambda e: (last_part(e.service),),
        # A short form of discoveryName.namespace, which is dialled when no alias is given.
        lambda e: (e.dns_name.partition(".")[0],),
    ):
        if those := [endpoint for endpoint in found if name in names(endpoint)]:
            return sorted(those, key=lambda e: e.port)
    return []


def names_in(tx: Transaction, namespace: str) -> list[str]:
    """What clients of the namespace can dial."""
    return sorted({e.dns_name for e in tx.where(NamedEndpoint, namespace=namespace)})


def namespace_name(tx: Transaction, arn: str) -> str:
    """A namespace's name; its id when it is gone."""
    namespace = tx.find(Namespace, arn)
    return namespace.name if namespace else last_part(arn)


def did_you_mean(word: str, names: Sequence[str]) -> str:
    """ " Did you mean cats?", or nothing."""
    close = get_close_matches(word, names, n=1, cutoff=0.5)
    return f" Did you mean {close[0]}?" if close else ""


def _is_live(task: Task) -> bool:
    return task.last_status is not TaskStatus.STOPPED
