"""Clusters: made, described, given capacity providers and a default namespace, deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ecs.errors import (
    ClusterContainsContainerInstancesException,
    ClusterContainsServicesException,
    ClusterContainsTasksException,
    InvalidParameterException,
    ResourceInUseException,
    not_built,
)
from seaway.aws.ecs.namespaces import default_namespace
from seaway.aws.ecs.parse_exec import parse_configuration
from seaway.aws.ecs.references import (
    active_cluster,
    at_most,
    check_name,
    cluster_arn_of,
    cluster_of,
    missing,
    page,
)
from seaway.aws.ecs.render_cluster import render_cluster
from seaway.aws.ecs.strategy import parse_strategy, provider_name
from seaway.aws.ecs.tagging import parse_tags
from seaway.aws.operation import operation
from seaway.core.capacity import ContainerInstance
from seaway.core.cluster import DEFAULT_SETTINGS, Cluster
from seaway.core.service import Service
from seaway.core.task import Task, TaskStatus
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seaway.aws.shapes import ecs as shapes

Settings = tuple[tuple[str, str], ...]

SHOWN = ("SETTINGS", "TAGS", "ATTACHMENTS", "CONFIGURATIONS")
"""What is answered of a cluster that was made or changed."""

_SETTING_VALUES = {
    "containerInsights": ("enabled", "enhanced", "disabled"),
    # Seaway's own: Service Connect with AWS's limits (docs/service-connect.md).
    "faithful": ("enabled", "disabled"),
}


@operation("ecs")
def create_cluster(
    tx: Transaction, call: Call, request: shapes.CreateClusterRequest
) -> shapes.CreateClusterResponse:
    """Make a cluster, or give back the ACTIVE one of this name (API: CreateCluster)."""
    name = request.get("clusterName") or "default"
    check_name(name, "Cluster name")
    arn = cluster_arn_of(call, name)
    there = tx.find(Cluster, arn)
    if there is not None and there.status == "ACTIVE":
        return {"cluster": render_cluster(tx, there, include=SHOWN)}
    logging = parse_configuration(request.get("configuration") or {})
    providers = _providers(tx, call, request.get("capacityProviders"))
    cluster = Cluster(
        arn=arn,
        name=name,
        created_at=call.moment.now,
        capacity_providers=providers,
        default_strategy=parse_strategy(
            request.get("defaultCapacityProviderStrategy"),
            providers,
            "default capacity provider strategy",
        ),
        settings=_settings(request.get("settings")),
        exec_logging=logging,
        tags=parse_tags(request.get("tags")),
    )
    cluster = _with_defaults(tx, call, cluster, request.get("serviceConnectDefaults"))
    tx.put(cluster)
    return {"cluster": render_cluster(tx, cluster, include=SHOWN)}


@operation("ecs")
def describe_clusters(
    tx: Transaction, call: Call, request: shapes.DescribeClustersRequest
) -> shapes.DescribeClustersResponse:
    """Clusters by name or ARN, ``default`` when none is named (API: DescribeClusters)."""
    names = request.get("clusters") or ["default"]
    at_most(names, 100, "Clusters")
    include = request.get("include", [])
    response: shapes.DescribeClustersResponse = {"clusters": [], "failures": []}
    for name in names:
        arn = cluster_arn_of(call, name)
        cluster = tx.find(Cluster, arn) if arn.startswith(call.arn("ecs", "cluster/")) else None
        if cluster is None:
            response["failures"].append(missing(arn))
        else:
            response["clusters"].append(render_cluster(tx, cluster, include=include))
    return response


@operation("ecs")
def list_clusters(
    tx: Transaction, call: Call, request: shapes.ListClustersRequest
) -> shapes.ListClustersResponse:
    """ARNs of the caller's living clusters (API: ListClusters)."""
    home = call.arn("ecs", "cluster/")
    arns = [c.arn for c in tx.where(Cluster) if c.status != "INACTIVE" and c.arn.startswith(home)]
    found, more = page(arns, request, "ListClusters")
    response: shapes.ListClustersResponse = {"clusterArns": found}
    if more:
        response["nextToken"] = more
    return response


@operation("ecs")
def update_cluster(
    tx: Transaction, call: Call, request: shapes.UpdateClusterRequest
) -> shapes.UpdateClusterResponse:
    """Change settings and the default namespace; ``""`` takes the default away."""
    cluster = active_cluster(tx, call, request["cluster"])
    if request.get("configuration"):
        logging = parse_configuration(request["configuration"])
        cluster = replace(cluster, exec_logging=logging)
    if "settings" in request:
        cluster = replace(cluster, settings=_settings(request["settings"], cluster.settings))
    cluster = _with_defaults(tx, call, cluster, request.get("serviceConnectDefaults"))
    tx.put(cluster)
    return {"cluster": render_cluster(tx, cluster, include=SHOWN)}


@operation("ecs")
def update_cluster_settings(
    tx: Transaction, call: Call, request: shapes.UpdateClusterSettingsRequest
) -> shapes.UpdateClusterSettingsResponse:
    """Change a cluster's settings (API: UpdateClusterSettings)."""
    cluster = active_cluster(tx, call, request["cluster"])
    cluster = replace(cluster, settings=_settings(request["settings"], cluster.settings))
    tx.put(cluster)
    return {"cluster": render_cluster(tx, cluster, include=SHOWN)}


@operation("ecs")
def put_cluster_capacity_providers(
    tx: Transaction, call: Call, request: shapes.PutClusterCapacityProvidersRequest
) -> shapes.PutClusterCapacityProvidersResponse:
    """Set which providers a cluster may use, and its default strategy.

    Raises ResourceInUseException when a provider taken away still has tasks or services.
    """
    cluster = active_cluster(tx, call, request["cluster"])
    providers = _providers(tx, call, request["capacityProviders"])
    strategy = parse_strategy(
        request["defaultCapacityProviderStrategy"],
        providers,
        "default capacity provider strategy",
    )
    for gone in set(cluster.capacity_providers) - set(providers):
        if provider_in_use(tx, cluster, gone):
            raise ResourceInUseException(
                "The specified capacity provider is in use and cannot be removed."
            )
    cluster = replace(cluster, capacity_providers=providers, default_strategy=strategy)
    tx.put(cluster)
    return {"cluster": render_cluster(tx, cluster, include=SHOWN)}


@operation("ecs")
def delete_cluster(
    tx: Transaction, call: Call, request: shapes.DeleteClusterRequest
) -> shapes.DeleteClusterResponse:
    """Make an empty cluster INACTIVE; it stays describable (API: DeleteCluster)."""
    cluster = cluster_of(tx, call, request["cluster"])
    instances = tx.where(ContainerInstance, cluster=cluster.arn)
    if any(instance.status != "INACTIVE" for instance in instances):
        raise ClusterContainsContainerInstancesException(
            "The Cluster cannot be deleted while Container Instances are active or draining."
        )
    services = tx.where(Service, cluster=cluster.arn)
    if any(service.status != "INACTIVE" for service in services):
        raise ClusterContainsServicesException(
            "The Cluster cannot be deleted while Services are active."
        )
    tasks = tx.where(Task, cluster=cluster.arn)
    if any(task.last_status is not TaskStatus.STOPPED for task in tasks):
        raise ClusterContainsTasksException("The Cluster cannot be deleted while Tasks are active.")
    cluster = replace(cluster, status="INACTIVE")
    tx.put(cluster)
    return {"cluster": render_cluster(tx, cluster, include=SHOWN)}


def provider_in_use(tx: Transaction, cluster: Cluster, provider: str) -> bool:
    """Whether a living service's strategy or a living task of the cluster uses the provider."""
    for service in tx.where(Service, cluster=cluster.arn):
        named = any(item.provider == provider for item in service.strategy)
        if service.status != "INACTIVE" and named:
            return True
    return any(
        task.capacity_provider == provider and task.last_status is not TaskStatus.STOPPED
        for task in tx.where(Task, cluster=cluster.arn)
    )


def _providers(tx: Transaction, call: Call, given: Sequence[str] | None) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(provider_name(tx, call, item) for item in given or ()))
    if len(names) > 20:
        raise InvalidParameterException(
            "A cluster can be associated with a maximum of 20 capacity providers."
        )
    return names


def _settings(
    given: Sequence[shapes.ClusterSetting] | None, before: Settings = DEFAULT_SETTINGS
) -> Settings:
    """The settings as they were, but for those given."""
    values = dict(before)
    for setting in given or ():
        name, value = setting.get("name", ""), setting.get("value", "")
        if name not in _SETTING_VALUES:
            raise InvalidParameterException(f"Invalid setting name: {name}")
        if value not in _SETTING_VALUES[name]:
            raise InvalidParameterException(f"Invalid setting value for {name}: {value}")
        if name == "containerInsights" and value == "enhanced":
            raise not_built(f"The cluster setting containerInsights {value}")
        values[name] = value
    return tuple(values.items())


def _with_defaults(
    tx: Transaction,
    call: Call,
    cluster: Cluster,
    given: shapes.ClusterServiceConnectDefaultsRequest | None,
) -> Cluster:
    """The cluster with its default namespace as asked; services that are there keep theirs."""
    if given is None:
        return cluster
    if not given["namespace"]:
        return replace(cluster, namespace=None, namespace_attachment=None)
    namespace, made = default_namespace(tx, call, given["namespace"])
    if namespace.arn == cluster.namespace:
        return cluster
    attachment = call.moment.uuid() if made else None
    return replace(cluster, namespace=namespace.arn, namespace_attachment=attachment)
