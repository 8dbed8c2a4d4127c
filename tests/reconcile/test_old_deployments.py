"""What became of a deployment is told for 90 days; what is in force is never forgotten."""

from __future__ import annotations

from dataclasses import replace

from seaway.core.moment import Moment
from seaway.core.service import Deployment, DeploymentConfiguration, Service, ServiceEvent
from seaway.core.service_deployment import (
    DeploymentStatus,
    HookRun,
    ServiceDeployment,
    Stage,
)
from seaway.reconcile.old_deployments import KEPT, forget_finished
from seaway.store.resident import Resident
from tests.builders import a_deployment, a_service, an_event

NOW = 2.0 * KEPT
OLD = NOW - KEPT - 1
RECENT = NOW - KEPT + 1
SERVICE = a_service()


def a_revision(number: int, **fields: object) -> Deployment:
    return a_deployment(SERVICE, number, **{"status": "INACTIVE", "updated_at": OLD, **fields})


def a_way_to(
    revision: Deployment, finished_at: float | None, **fields: object
) -> ServiceDeployment:
    given = {
        "number": revision.number,
        "service": revision.service,
        "target": revision.id,
        "created_at": 1.0,
        "configuration": DeploymentConfiguration(),
        "status": DeploymentStatus.SUCCESSFUL,
        "finished_at": finished_at,
        **fields,
    }
    return ServiceDeployment(**given)  # type: ignore[arg-type]


def a_hook_of(process: ServiceDeployment) -> HookRun:
    return HookRun(
        id=f"hook-{process.number}",
        deployment=process.number,
        service=process.service,
        stage=Stage.PRE_SCALE_UP,
        step=0,
        index=0,
        kind="PAUSE",
        began_at=1.0,
        expires_at=2.0,
    )


def left(*nouns: object) -> dict[type, list[object]]:
    """What is there a round of retention later."""
    store = Resident()
    with store.transaction() as tx:
        for noun in nouns:
            tx.put(noun)
    with store.transaction() as tx:
        forget_finished(tx, Moment(NOW, bytes).now)
    kinds = (Service, Deployment, ServiceDeployment, HookRun, ServiceEvent)
    with store.transaction() as tx:
        return {kind: list(tx.where(kind)) for kind in kinds}


def test_an_old_deployment_goes_with_its_hooks_and_its_revision() -> None:
    first, second, third = a_revision(1), a_revision(2), a_revision(3, status="PRIMARY")
    ways = [a_way_to(first, OLD), a_way_to(second, RECENT), a_way_to(third, None)]
    there = left(SERVICE, first, second, third, *ways, *map(a_hook_of, ways))
    assert there[Deployment] == [second, third]
    assert there[ServiceDeployment] == ways[1:]
    assert there[HookRun] == [a_hook_of(way) for way in ways[1:]]


def test_the_last_deployment_stays_however_old_it_is() -> None:
    only = a_revision(1, status="PRIMARY")
    there = left(SERVICE, only, a_way_to(only, OLD))
    assert there[ServiceDeployment] == [a_way_to(only, OLD)]


def test_a_revision_that_a_kept_deployment_names_stays() -> None:
    blue, gone, green = a_revision(1), a_revision(2), a_revision(3)
    kept = a_way_to(green, OLD, blue=blue.id, rollback_to=blue.id)
    there = left(SERVICE, blue, gone, green, a_way_to(blue, OLD), a_way_to(gone, OLD), kept)
    assert there[Deployment] == [blue, green]
    assert there[ServiceDeployment] == [kept]


def test_a_deployment_that_goes_on_is_never_too_old() -> None:
    first, second = a_revision(1, status="ACTIVE"), a_revision(2, status="PRIMARY")
    ways = [a_way_to(first, None), a_way_to(second, None)]
    assert left(SERVICE, first, second, *ways)[ServiceDeployment] == ways


def test_a_deleted_service_goes_when_its_story_does() -> None:
    deleted = replace(SERVICE, status="INACTIVE")
    for at, there in ((OLD, False), (RECENT, True)):
        revision = a_revision(1, updated_at=at)
        way = a_way_to(revision, at)
        nouns = (deleted, revision, way, a_hook_of(way), an_event(deleted, 1))
        assert all(bool(kept) is there for kept in left(*nouns).values())
