"""The first half of the way, as the store has it: who calls, and whether there is such a name."""

from __future__ import annotations

from collections.abc import Sequence

from seaway.core.cluster import Cluster
from seaway.core.discovery import DiscoveryService, NamedEndpoint
from seaway.core.names import last_part
from seaway.core.service import Service
from seaway.core.task import Task, TaskStatus
from seaway.insight.explanation import Step, broken, count, listed, ok, warning
from seaway.insight.parties import (
    Party,
    did_you_mean,
    endpoints_named,
    names_in,
    namespace_name,
    services_named,
)
from seaway.store.transaction import Transaction


def caller_runs(tx: Transaction, caller: Party) -> Step:
    """Somebody is there to call."""
    name = "caller"
    if caller.is_machine:
        return ok(name, "The machine's own programs call, by addresses of the machine's loopback.")
    service = caller.service
    if service is None:
        return ok(name, f"{count(len(caller.running), 'task')} of {caller.name} can call.")
    where = f"of cluster {caller.identity.cluster}"
    if caller.running:
        running = f"{len(caller.running)} of {count(service.desired_count, 'task')}"
        return ok(name, f"Service {caller.name} {where}: {running} running.")
    return broken(
        name, f"Service {caller.name} {where} has no running task.", why_none(tx, service)
    )


def why_none(tx: Transaction, service: Service) -> str:
    """Why a service has no running task, and what to do."""
    cluster = last_part(service.cluster)
    tell = f"aws ecs update-service --cluster {cluster} --service {service.name}"
    if service.desired_count == 0:
        return f"It wants 0 tasks: {tell} --desired-count 2"
    stopped = [t for t in tx.where(Task, service=service.arn) if t.stopped_reason]
    last = max(stopped, key=lambda t: t.stopped_at or 0, default=None)
    if last is not None:
        return f"The last one stopped: {last.stopped_reason}"
    described = "aws ecs describe-services"
    return f"See its events: {described} --cluster {cluster} --services {service.name}"


def caller_connects(tx: Transaction, caller: Party) -> Step:
    """The caller's tasks use Service Connect, by their deployment or by their RunTask call."""
    name = "connect"
    if caller.is_machine:
        return ok(name, "The machine's programs know the names of all namespaces.")
    if caller.namespace is None:
        return broken(name, f"{caller.name} does not use Service Connect.", _switch_on(tx, caller))
    namespace = namespace_name(tx, caller.namespace)
    plain = [task for task in caller.running if not task.uses_mesh]
    if plain:
        some = "all" if len(plain) == len(caller.running) else f"{len(plain)}"
        sentence = f"{some} of {caller.name}'s running tasks were started without Service Connect."
        sentence = sentence[0].upper() + sentence[1:]
        cure = "Wait for the new deployment to replace them."
        told = broken if len(plain) == len(caller.running) else warning
        return told(name, sentence, cure)
    return ok(name, f"{caller.name} uses Service Connect, namespace {namespace}.")


def _switch_on(tx: Transaction, caller: Party) -> str:
    if caller.service is None:
        return "Tasks that are run take part when their cluster has a default namespace."
    return _turn_on(tx, caller.service, "")


def _turn_on(tx: Transaction, service: Service, offers: str) -> str:
    """The AWS call that switches Service Connect on; it takes effect by a new deployment."""
    cluster = tx.find(Cluster, service.cluster)
    namespace = namespace_name(tx, cluster.namespace) if cluster and cluster.namespace else "NAME"
    return (
        f"Switch it on: aws ecs update-service --cluster {last_part(service.cluster)} "
        f"--service {service.name} --service-connect-configuration "
        f"enabled=true,namespace={namespace}{offers}"
    )


def target_named(tx: Transaction, caller: Party, word: str) -> tuple[NamedEndpoint | None, Step]:
    """What the caller would dial, and whether there is such a name for it."""
    name = "name"
    found = endpoints_named(tx, word, caller.namespace)
    if caller.is_machine:
        found = [e for e in found if e.outside_address] or found
    if not found:
        return None, broken(name, *_no_such_name(tx, caller, word))
    endpoint = found[0]
    where = namespace_name(tx, endpoint.namespace)
    address = endpoint.outside_address if caller.is_machine else endpoint.address
    said = f"{url(endpoint)} of namespace {where} is {address}, offered by service "
    sentence = f"{said}{last_part(endpoint.service)} as {endpoint.discovery_name}."
    if len(found) > 1:
        others = listed([url(other) for other in found[1:]])
        return endpoint, ok(name, f"{sentence} ({others} has the same name: ask for its port.)")
    return endpoint, ok(name, sentence)


def url(endpoint: NamedEndpoint) -> str:
    """What a program writes to reach it."""
    scheme = "tcp" if endpoint.protocol == "tcp" else "http"
    port = "" if endpoint.port == 80 and scheme == "http" else f":{endpoint.port}"
    return f"{scheme}://{endpoint.dns_name}{port}"


def _no_such_name(tx: Transaction, caller: Party, word: str) -> tuple[str, str]:
    """Why a word is no name the caller can dial, and what to do."""
    here = namespace_name(tx, caller.namespace) if caller.namespace else "any namespace"
    elsewhere = endpoints_named(tx, word)
    if elsewhere:
        other = namespace_name(tx, elsewhere[0].namespace)
        return (
            f"{word} is a name of namespace {other}, and {caller.name} is in namespace {here}.",
            "Names hold in one namespace: give both services the same one.",
        )
    services = services_named(tx, word.partition(":")[0])
    if services:
        return _offers_none(tx, services)
    listed_name = word.partition(":")[0].partition(".")[0]
    if any(d.name == listed_name and d.records for d in tx.where(DiscoveryService)):
        return (
            f"{word} is a name of service discovery (DNS): calls to it go straight to the tasks, "
            "past the proxy.",
            "Only Service Connect's names are explained here.",
        )
    names = names_in(tx, caller.namespace) if caller.namespace else []
    known = f"It has {listed(names)}." if names else "It has no names at all."
    return f"{word} is no name in namespace {here}.{did_you_mean(word, names)}", known


def _offers_none(tx: Transaction, services: Sequence[Service]) -> tuple[str, str]:
    service = services[0]
    name, connect = service.name, service.connect
    entry = ",services=[{portName=PORT,clientAliases=[{port=80,dnsName=" + name + "}]}]"
    if connect is None or not connect.enabled:
        return f"Service {name} does not use Service Connect.", _turn_on(tx, service, entry)
    if not connect.services:
        return (
            f"Service {name} is a client only: it offers no name.",
            f"Add one to its serviceConnectConfiguration: {entry.removeprefix(',')}",
        )
    offered = listed([one.name for one in connect.services])
    return f"Service {name} offers {offered}, which clients can't dial yet.", "Ask again."


def name_is_known(caller: Party, endpoint: NamedEndpoint) -> Step | None:
    """In a faithful cluster tasks know only the names there were when they were deployed."""
    name = "known"
    if caller.known is not None and endpoint.discovery not in caller.known:
        cluster = caller.identity.cluster
        return broken(
            name,
            f"Cluster {cluster} is faithful to AWS: {caller.name}'s tasks know the names of when "
            f"they were deployed, and {endpoint.dns_name} came later.",
            f"Deploy it again: aws ecs update-service --cluster {cluster} "
            f"--service {caller.name} --force-new-deployment",
        )
    if caller.is_machine and endpoint.outside_address is None:
        return broken(
            name, f"{endpoint.dns_name} has no address for the machine's own programs.", ""
        )
    if caller.known is None:
        return None
    return ok(name, f"{endpoint.dns_name} is among the names that were there at deployment.")


def caller_listens(caller: Party) -> Step | None:
    """The caller's namespaces are there and its names work in them, before it starts."""
    waiting = [
        task
        for task in caller.tasks
        if task.uses_mesh and not task.mesh_ready and task.last_status is TaskStatus.ACTIVATING
    ]
    if not waiting:
        return None
    some = count(len(waiting), "task")
    return warning(
        "arriving",
        f"{some} of {caller.name} waits for the proxy to listen for it before it starts.",
        "If that lasts, see the steps below.",
    )
