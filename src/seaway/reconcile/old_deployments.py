"""Service deployments and revisions that are shown no more."""

from __future__ import annotations

from seaway.core.service import Deployment, Service, ServiceEvent
from seaway.core.service_deployment import HookRun, ServiceDeployment
from seaway.store.transaction import Transaction

KEPT = 90 * 86_400
"""Seconds that what became of a deployment is told (ECS guide: view service deployments)."""


def forget_finished(tx: Transaction, now: float) -> None:
    """Take away what ended longer ago; a service's last deployment stays as long as the service.

    A deleted service itself goes when its story does, as on AWS (API: DeleteService).
    """
    for service in tx.where(Service):
        if service.status == "INACTIVE" and _is_over(tx, service, now - KEPT):
            _forget(tx, service)
        else:
            _shorten(tx, service, now - KEPT)


def _is_over(tx: Transaction, service: Service, oldest: float) -> bool:
    return all(one.updated_at < oldest for one in tx.where(Deployment, service=service.arn))


def _forget(tx: Transaction, service: Service) -> None:
    for event in tx.where(ServiceEvent, service=service.arn):
        tx.drop(event)
    for process in tx.where(ServiceDeployment, service=service.arn):
        _drop(tx, process)
    for deployment in tx.where(Deployment, service=service.arn):
        tx.drop(deployment)
    tx.drop(service)


def _shorten(tx: Transaction, service: Service, oldest: float) -> None:
    # The next deployment looks at the last one to find who has the traffic.
    history = tx.where(ServiceDeployment, service=service.arn)[:-1]
    over = [p for p in history if p.finished_at is not None and p.finished_at < oldest]
    if not over:
        return
    for process in over:
        _drop(tx, process)
    shown: set[str | None] = set()
    for process in tx.where(ServiceDeployment, service=service.arn):
        shown |= {process.target, process.blue, process.rollback_to, *process.sources}
    for deployment in tx.where(Deployment, service=service.arn):
        if deployment.status == "INACTIVE" and deployment.id not in shown:
            tx.drop(deployment)


def _drop(tx: Transaction, process: ServiceDeployment) -> None:
    for run in tx.where(HookRun, deployment=process.number):
        tx.drop(run)
    tx.drop(process)
