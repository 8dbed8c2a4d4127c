"""Clusters, namespaces and services with their tags, read and tagged through the AWS APIs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

import click

from seaway.cli.client import ask, client, region_of
from seaway.cli.options import data_dir_option
from seaway.cli.question import endpoint
from seaway.core.mesh.policy import Layer, layers_of
from seaway.core.mesh.policy_tags import Scope
from seaway.core.names import Tags, last_part

F = TypeVar("F", bound=Callable[..., Any])


def mesh_options(command: F) -> F:
    """--cluster and --data-dir."""
    cluster = click.option("--cluster", help="Where services are looked for; all clusters.")
    return cluster(data_dir_option(command))


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Something that can have tags: its ARN, and the scope of what they say."""

    arn: str
    scope: Scope
    name: str
    tags: Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """An endpoint name of a namespace, and the service that offers it (by its shape)."""

    name: str
    port_name: str
    service: dict[str, Any]
    namespace: str
    """Its ARN."""
    request_timeout: float | None
    idle_timeout: float | None


class Resources:
    """What there is, as the APIs tell it. Raises click.ClickException when they refuse."""

    def __init__(self, data_dir: Path | None, cluster: str | None = None) -> None:
        self._cluster = cluster
        self._url = endpoint(data_dir)
        self._region = region_of(data_dir)

    @property
    def _ecs(self) -> Any:
        return client("ecs", self._url, self._region)

    @property
    def _map(self) -> Any:
        return client("servicediscovery", self._url, self._region)

    # Looking

    @cached_property
    def clusters(self) -> dict[str, dict[str, Any]]:
        """The clusters by name, with their tags; only the one asked for, if one was."""
        if self._cluster:
            arns = [self._cluster]
        else:
            arns = [a for p in self._pages("list_clusters") for a in p["clusterArns"]]
        found: dict[str, dict[str, Any]] = {}
        for part in _parts(arns, 100):
            told = ask(partial(self._ecs.describe_clusters, clusters=part, include=["TAGS"]))
            found |= {c["clusterName"]: c for c in told["clusters"]}
        return found

    @cached_property
    def services(self) -> list[dict[str, Any]]:
        """The services of these clusters, with their tags."""
        found: list[dict[str, Any]] = []
        for cluster in self.clusters.values():
            arn = cluster["clusterArn"]
            arns = [a for p in self._pages("list_services", cluster=arn) for a in p["serviceArns"]]
            for part in _parts(arns, 10):
                look = partial(self._ecs.describe_services, cluster=arn, include=["TAGS"])
                told = ask(partial(look, services=part))
                found += told["services"]
        return found

    def service(self, name: str) -> dict[str, Any]:
        """The one service of this name, which may have its cluster before it: ``pets/cats``."""
        cluster, _, own = name.rpartition("/")
        found = [
            s
            for s in self.services
            if s["serviceName"] == own and cluster in ("", last_part(s["clusterArn"]))
        ]
        if not found:
            raise click.ClickException(f"There is no service {name}.")
        if len(found) > 1:
            names = " or ".join(f"{last_part(s['clusterArn'])}/{own}" for s in found)
            raise click.ClickException(f"There are several services {name}: say {names}.")
        return found[0]

    def target(self, name: str) -> Resource:
        """What ``cats``, ``pets/cats``, ``cluster:pets`` or ``namespace:pets.local`` names."""
        kind, colon, own = name.partition(":")
        if colon and kind == "namespace":
            arn = self.namespace_arn(own)
            return Resource(arn=arn, scope=Scope.NAMESPACE, name=own, tags=self.namespace_tags(arn))
        if colon and kind == "cluster":
            cluster = self.clusters.get(own)
            if cluster is None:
                raise click.ClickException(f"There is no cluster {own}.")
            return Resource(
                arn=cluster["clusterArn"], scope=Scope.CLUSTER, name=own, tags=_tags(cluster)
            )
        service = self.service(name)
        return Resource(
            arn=service["serviceArn"], scope=Scope.SERVICE, name=name, tags=_tags(service)
        )

    def namespace_arn(self, name: str) -> str:
        """The ARN of a namespace, which may be given by it or by its name."""
        for arn, own in self._namespaces.items():
            if name in (arn, own):
                return arn
        raise click.ClickException(f"There is no namespace {name}.")

    @cached_property
    def _namespaces(self) -> dict[str, str]:
        """The names of the namespaces by ARN."""
        pages = self._map.get_paginator("list_namespaces").paginate()
        found = [n for page in ask(lambda: list(pages)) for n in page["Namespaces"]]
        return {namespace["Arn"]: namespace["Name"] for namespace in found}

    def namespace_tags(self, arn: str) -> Tags:
        """The tags of the namespace of this ARN."""
        told = ask(lambda: self._map.list_tags_for_resource(ResourceARN=arn))
        return tuple((tag["Key"], tag["Value"]) for tag in told["Tags"])

    def offered(self, name: str) -> list[Offered]:
        """The endpoints of this discovery name, or of the service of this name."""
        every = [offered for service in self.services for offered in self._offers(service)]
        found = [one for one in every if one.name == name]
        if not found:
            cluster, _, own = name.rpartition("/")
            found = [
                one
                for one in every
                if one.service["serviceName"] == own
                and cluster in ("", last_part(one.service["clusterArn"]))
            ]
        if not found:
            raise click.ClickException(
                f"Nobody offers {name} by Service Connect: no discovery name and no service."
            )
        return found

    def _offers(self, service: dict[str, Any]) -> Iterator[Offered]:
        for offer in _connect(service).get("services", ()):
            timeout = offer.get("timeout", {})
            yield Offered(
                name=offer.get("discoveryName") or offer["portName"],
                port_name=offer["portName"],
                service=service,
                namespace=self.namespace_of(service),
                request_timeout=timeout.get("perRequestTimeoutSeconds"),
                idle_timeout=timeout.get("idleTimeoutSeconds"),
            )

    def namespace_of(self, service: dict[str, Any]) -> str:
        """The ARN of the namespace the service is in; empty without Service Connect."""
        connect = _connect(service)
        if not connect:
            return ""
        cluster = self.clusters[last_part(service["clusterArn"])]
        fallback = cluster.get("serviceConnectDefaults", {}).get("namespace", "")
        return self.namespace_arn(connect.get("namespace") or fallback)

    def speaks_http(self, offered: Offered) -> bool:
        """Whether the endpoint's port has an application protocol of HTTP's."""
        revision = offered.service["taskDefinition"]
        told = ask(lambda: self._ecs.describe_task_definition(taskDefinition=revision))
        return any(
            mapping.get("appProtocol") is not None
            for container in told["taskDefinition"]["containerDefinitions"]
            for mapping in container.get("portMappings", ())
            if mapping.get("name") == offered.port_name
        )

    def layers(self, offered: Offered, caller: dict[str, Any] | None) -> tuple[Layer, ...]:
        """Everybody's word on the caller's calls to the endpoint."""
        cluster = last_part(offered.service["clusterArn"])
        namespace = offered.namespace
        return layers_of(
            cluster=cluster,
            cluster_tags=_tags(self.clusters[cluster]),
            namespace=self._namespaces[namespace],
            namespace_tags=self.namespace_tags(namespace),
            service=offered.service["serviceName"],
            service_tags=_tags(offered.service),
            discovery_name=offered.name,
            request_timeout=offered.request_timeout,
            idle_timeout=offered.idle_timeout,
            caller=caller["serviceName"] if caller else None,
            caller_tags=_tags(caller) if caller else (),
        )

    # Tagging

    def tag(self, resource: Resource, tags: dict[str, str]) -> None:
        """Put tags on a resource (ECS or Cloud Map: TagResource)."""
        if resource.scope is Scope.NAMESPACE:
            said = [{"Key": key, "Value": value} for key, value in tags.items()]
            ask(lambda: self._map.tag_resource(ResourceARN=resource.arn, Tags=said))
        else:
            said = [{"key": key, "value": value} for key, value in tags.items()]
            ask(lambda: self._ecs.tag_resource(resourceArn=resource.arn, tags=said))

    def untag(self, resource: Resource, keys: list[str]) -> None:
        """Take tags off a resource (ECS or Cloud Map: UntagResource)."""
        if resource.scope is Scope.NAMESPACE:
            ask(lambda: self._map.untag_resource(ResourceARN=resource.arn, TagKeys=keys))
        else:
            ask(lambda: self._ecs.untag_resource(resourceArn=resource.arn, tagKeys=keys))

    def _pages(self, operation: str, **words: str) -> list[dict[str, Any]]:
        pages = self._ecs.get_paginator(operation).paginate(**words)
        return ask(lambda: list(pages))


def _connect(service: dict[str, Any]) -> dict[str, Any]:
    """The Service Connect configuration of a service's primary deployment, if it is enabled."""
    for deployment in service["deployments"]:
        connect: dict[str, Any] = deployment.get("serviceConnectConfiguration", {})
        if deployment["status"] == "PRIMARY" and connect.get("enabled"):
            return connect
    return {}


def _parts(arns: list[str], most: int) -> Iterator[list[str]]:
    for first in range(0, len(arns), most):
        yield arns[first : first + most]


def _tags(shape: dict[str, Any]) -> Tags:
    return tuple((tag["key"], tag["value"]) for tag in shape.get("tags", ()))
