"""Amazon ECS: writes intents and shows what became of them; starts and stops nothing itself."""

from __future__ import annotations

from seaway.aws.ecs import (
    account_settings,
    attributes,
    capacity_providers,
    clusters,
    container_instances,
    execute_command,
    service_deployments,
    services,
    steering,
    tags,
    task_definitions,
    task_protection,
    tasks,
)
from seaway.aws.operation import Handler, operations_in


def operations() -> list[Handler]:
    """Every ECS operation answered here."""
    return [
        *operations_in(clusters),
        *operations_in(capacity_providers),
        *operations_in(task_definitions),
        *operations_in(services),
        *operations_in(service_deployments),
        *operations_in(steering),
        *operations_in(tasks),
        *operations_in(task_protection),
        *operations_in(execute_command),
        *operations_in(container_instances),
        *operations_in(attributes),
        *operations_in(tags),
        *operations_in(account_settings),
    ]
