"""Clusters and where their capacity comes from."""

from __future__ import annotations

from dataclasses import dataclass

from seaway.core.names import Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyItem:
    """One share of a capacity provider strategy (API: CapacityProviderStrategyItem)."""

    provider: str
    base: int = 0
    weight: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecLogging:
    """Where the output of ECS Exec's sessions is kept (API: ExecuteCommandConfiguration)."""

    mode: str = "DEFAULT"
    """NONE, DEFAULT (where the container's awslogs go) or OVERRIDE."""
    group: str | None = None
    """Name of a log group, with OVERRIDE."""
    bucket: str | None = None
    prefix: str | None = None


DEFAULT_SETTINGS = (("containerInsights", "disabled"),)
"""What DescribeClusters shows of a cluster whose settings nobody has touched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A named group of capacity, tasks and services. ``namespace`` is an ARN."""

    arn: str
    name: str
    created_at: float
    status: str = "ACTIVE"
    namespace: str | None = None
    namespace_attachment: str | None = None
    """Id of the ``sc`` attachment, when ECS itself made the namespace."""
    capacity_providers: tuple[str, ...] = ()
    default_strategy: tuple[StrategyItem, ...] = ()
    settings: tuple[tuple[str, str], ...] = DEFAULT_SETTINGS
    exec_logging: ExecLogging | None = None
    """None = nobody has said anything, which means DEFAULT."""
    tags: Tags = ()

    @property
    def faithful(self) -> bool:
        """Service Connect behaves as on AWS where Seaway would do better (docs/service-connect)."""
        return ("faithful", "enabled") in self.settings


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityProvider:
    """A capacity provider of one's own: an Auto Scaling group that gives instances."""

    arn: str
    name: str
    group: str
    """ARN of the Auto Scaling group."""
    created_at: float
    status: str = "ACTIVE"
    managed_scaling: bool = False
    target_capacity: int = 100
    minimum_step: int = 1
    maximum_step: int = 10000
    instance_warmup: int = 300
    managed_termination_protection: bool = False
    managed_draining: bool = True
    idle_since: float | None = None
    """Since when it has had more instances than its target asks for; its reconciler's."""
    tags: Tags = ()
