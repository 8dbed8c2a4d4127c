"""Which revisions of a service have how many tasks, at each stage of its deployment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seaway.core.deployment import Rollout, next_start
from seaway.core.moment import Moment
from seaway.core.service import Deployment, RolloutState, Service
from seaway.core.service_deployment import ServiceDeployment, Stage
from seaway.core.strategy import shifts
from seaway.core.task import Task, TaskStatus
from seaway.core.task_protection import protected_until
from seaway.reconcile.announcing_services import service_acted
from seaway.reconcile.events import tell
from seaway.reconcile.planning import plan
from seaway.reconcile.staffing import start, stop
from seaway.reconcile.verdicts import Verdicts, can_serve
from seaway.store.transaction import Transaction

_UNSTARTED = (Stage.RECONCILE_SERVICE, Stage.PRE_SCALE_UP)


@dataclass(frozen=True, slots=True)
class Crew:
    """A service's tasks as they are seen in one look."""

    tx: Transaction
    service: Service
    tasks: Sequence[Task]
    verdicts: Verdicts
    moment: Moment

    def of(self, *deployments: Deployment | None) -> list[Task]:
        """The tasks of these deployments."""
        ids = {deployment.id for deployment in deployments if deployment is not None}
        return [task for task in self.tasks if task.deployment in ids]

    def is_ready(self, deployment: Deployment) -> bool:
        """As many tasks as desired are healthy, and their callers would find them."""
        good = [
            task
            for task in self.of(deployment)
            if task.arn in self.verdicts.healthy and can_serve(self.tx, deployment, task)
        ]
        return len(good) >= self.service.desired_count

    def has_left(self, staying: Deployment) -> bool:
        """Every task of the other deployments has ended."""
        return all(
            task.last_status is TaskStatus.STOPPED
            for task in self.tasks
            if task.deployment != staying.id
        )

    def keep(self, deployment: Deployment, tasks: Sequence[Task]) -> float | None:
        """One safe step of ``tasks`` towards the deployment's; gives when to look again."""
        step, due = plan(self.tx, self.service, deployment, tasks, self.verdicts, self.moment)
        wakes = [due]
        if step.start and deployment.rollout_state is not RolloutState.FAILED:
            wakes.append(self._start(deployment, tasks, step))
        if step.stop:
            self.dismiss(deployment, step.stop)
        if step.stuck:
            tell(
                self.tx,
                self.service,
                "was unable to stop or start tasks during a deployment because of the service "
                "deployment configuration. Update the minimumHealthyPercent or maximumPercent "
                "value and try again.",
                self.moment,
            )
        return _first(wakes)

    def dismiss(self, deployment: Deployment, tasks: Sequence[Task]) -> None:
        """Have tasks stop for the sake of a deployment."""
        alive = [task for task in tasks if task.is_alive]
        if alive:
            unhealthy = self.verdicts.unhealthy
            stop(self.tx, self.service, deployment, alive, unhealthy, self.moment)

    def retire(self, deployment: Deployment, tasks: Sequence[Task]) -> float | None:
        """Have all of these tasks stop, protected ones when their time is over or they fail.

        Gives when the first protection ends (API: UpdateTaskProtection).
        """
        ends = {
            task.arn: end
            for task in tasks
            if task.is_alive and task.arn not in self.verdicts.unhealthy
            if (end := protected_until(task, self.moment.now)) is not None
        }
        self.dismiss(deployment, [task for task in tasks if task.arn not in ends])
        return min(ends.values(), default=None)

    def _start(self, deployment: Deployment, tasks: Sequence[Task], step: Rollout) -> float | None:
        own = self.of(deployment)
        stopped = [task for task in own if task.stopped_at is not None]
        running = [task.started_at or 0.0 for task in own if task.is_running]
        allowed_at = next_start(stopped, max(running, default=0.0))
        if allowed_at <= self.moment.now:
            start(self.tx, self.service, deployment, tasks, step, self.moment)
            return None
        said = tell(
            self.tx,
            self.service,
            "is unable to consistently start tasks successfully.",
            self.moment,
        )
        if said:
            name = "SERVICE_TASK_START_IMPAIRED"
            service_acted(self.tx, self.service, "WARN", name, self.moment)
        return allowed_at


def settle(
    crew: Crew,
    process: ServiceDeployment,
    blue: Deployment | None,
    green: Deployment,
    primary: Deployment,
) -> float | None:
    """Bring every revision to the tasks that the stage wants; gives when to look again."""
    if not shifts(process.configuration):
        waiting = process.is_open and not process.rolls_back and process.stage in _UNSTARTED
        if waiting and blue is None:
            return None
        ahead = blue if waiting and blue is not None else primary
        return crew.keep(ahead, crew.tasks)
    if not process.is_open and process.stage is Stage.CLEAN_UP:
        return crew.keep(primary, crew.tasks)
    return _apart(crew, process, blue, green)


def _apart(
    crew: Crew, process: ServiceDeployment, blue: Deployment | None, green: Deployment
) -> float | None:
    if process.stage is Stage.RECONCILE_SERVICE:
        if blue is not None:
            return crew.keep(blue, crew.tasks)
        return crew.retire(green, crew.tasks)
    winner = blue if process.rolls_back else green
    if process.stage is Stage.CLEAN_UP and winner is not None:
        staying = crew.of(winner)
        others = [task for task in crew.tasks if task not in staying]
        return _first([crew.retire(winner, others), crew.keep(winner, staying)])
    kept = [blue] if process.stage is Stage.PRE_SCALE_UP else [blue, green]
    known = crew.of(blue, green)
    free = crew.retire(green, [task for task in crew.tasks if task not in known])
    return _first([free, *(crew.keep(one, crew.of(one)) for one in kept if one is not None)])


def _first(wakes: Iterable[float | None]) -> float | None:
    return min((wake for wake in wakes if wake is not None), default=None)
