"""serviceConnectConfiguration → ServiceConnect, checked against definition and namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ecs.errors import (
    ClientException,
    InvalidParameterException,
    not_built,
    refuse,
)
from seaway.aws.ecs.namespaces import existing_namespace
from seaway.aws.ecs.parse_endpoint import parse_endpoint
from seaway.aws.ecs.parse_logging import parse_log
from seaway.core.cluster import Cluster
from seaway.core.connect_rules import (
    ingress_refusal,
    memory_refusal,
    network_refusal,
    port_refusal,
    proxy_log_refusal,
    repeat_refusal,
    tls_refusal,
)
from seaway.core.discovery import Namespace
from seaway.core.service import ConnectAccessLog, ServiceConnect
from seaway.core.task_definition import LogConfiguration, TaskDefinition
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seaway.aws.shapes import ecs as shapes


def parse_connect(
    tx: Transaction,
    call: Call,
    cluster: Cluster,
    definition: TaskDefinition,
    given: shapes.ServiceConnectConfiguration | None,
) -> ServiceConnect | None:
    """A service's part in Service Connect, its namespace resolved; None when nothing is said.

    Raises InvalidParameterException and NamespaceNotFoundException (API:
    ServiceConnectConfiguration), ClientException for what is not built. Writes nothing; what
    other services hold is checked when the endpoints are made.
    """
    if given is None:
        return None
    if not given["enabled"]:
        return ServiceConnect()
    refuse(network_refusal(definition))
    namespace = _namespace(tx, call, cluster, given.get("namespace"))
    entries = tuple(
        parse_endpoint(tx, call, definition, item) for item in given.get("services") or ()
    )
    refuse(repeat_refusal(entries, namespace))
    refuse(ingress_refusal(entries, definition))
    refuse(memory_refusal(definition))
    log = _log(given.get("logConfiguration"))
    return ServiceConnect(
        enabled=True,
        namespace=namespace.arn,
        namespace_name=namespace.name,
        services=entries,
        log=log,
        access_log=_access_log(given.get("accessLogConfiguration"), log),
        proxy_log_level=_log_level(given.get("containerConfigurations") or ()),
    )


def check_again(connect: ServiceConnect | None, definition: TaskDefinition) -> None:
    """A configuration that stays must still fit when the task definition changes.

    Raises InvalidParameterException.
    """
    if connect is None or not connect.enabled:
        return
    refuse(network_refusal(definition))
    for entry in connect.services:
        refuse(port_refusal(definition, entry.port_name))
        refuse(tls_refusal(definition) if entry.tls else None)
    refuse(ingress_refusal(connect.services, definition))
    refuse(memory_refusal(definition))


def check_fargate_log(connect: ServiceConnect) -> None:
    """On Fargate awslogs needs a prefix, the proxy's as any container's (API: LogConfiguration).

    Raises ClientException.
    """
    if connect.log is not None and "awslogs-stream-prefix" not in dict(connect.log.options):
        raise ClientException("Log driver awslogs requires options: awslogs-stream-prefix")


def _namespace(tx: Transaction, call: Call, cluster: Cluster, given: str | None) -> Namespace:
    """The service's own namespace, or else the cluster's default."""
    wanted = given or cluster.namespace
    if not wanted:
        raise InvalidParameterException("Namespace is missing")
    return existing_namespace(tx, call, wanted)


def _log(given: shapes.LogConfiguration | None) -> LogConfiguration | None:
    """Where the proxy's lines go: the host proxy sends them to CloudWatch Logs, nowhere else."""
    refuse(proxy_log_refusal(given["logDriver"]) if given else None)
    if given and given.get("secretOptions"):
        raise not_built("serviceConnectConfiguration.logConfiguration.secretOptions")
    return parse_log(given)


def _access_log(
    given: shapes.ServiceConnectAccessLogConfiguration | None, log: LogConfiguration | None
) -> ConnectAccessLog | None:
    if not given:
        return None
    if log is None:
        raise InvalidParameterException("accessLogConfiguration requires logConfiguration.")
    query = given.get("includeQueryParameters") == "ENABLED"
    return ConnectAccessLog(format=given["format"], query=query)


def _log_level(
    given: Sequence[shapes.ServiceConnectContainerConfiguration],
) -> str | None:
    """The one setting there is of the proxy's container (API: containerConfigurations)."""
    levels = []
    for setting in given:
        if len(setting) != 1 or "logLevel" not in setting:
            raise InvalidParameterException(
                "Each object of containerConfigurations must specify exactly one member."
            )
        levels.append(setting["logLevel"])
    if len(levels) > 1:
        raise InvalidParameterException("logLevel can appear only once in containerConfigurations.")
    return levels[0] if levels else None
