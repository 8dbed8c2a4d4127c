"""What a worker knows of its task: what is wanted, what is on the machine, what was reported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from seaway.agent import record
from seaway.agent.containers import CONTAINER, PAUSE, ROLE, WARM, hostname
from seaway.agent.engine import Listed
from seaway.agent.images import Image
from seaway.agent.inside.view import View
from seaway.agent.restart_counts import RestartCounts
from seaway.core.dependencies import Phase, Seen
from seaway.core.lifecycle import Failure, Observation, Wish
from seaway.core.restarts import is_restarted
from seaway.core.task import Container, Health, TaskStatus
from seaway.core.task_definition import ContainerDefinition
from seaway.link.messages import Assignment, Report

_STATUS = {
    Phase.ABSENT: TaskStatus.PENDING,
    Phase.CREATED: TaskStatus.PENDING,
    Phase.RUNNING: TaskStatus.RUNNING,
    Phase.EXITED: TaskStatus.STOPPED,
}


class Ledger:
    """One task's books. ``found`` are its containers that were on the machine already."""

    def __init__(
        self, assignment: Assignment, directory: Path, found: tuple[Listed, ...] = ()
    ) -> None:
        self.assignment = assignment
        self.directory = directory
        self.pauses = {c.labels[CONTAINER]: c.id for c in found if c.labels[ROLE] == PAUSE}
        """Engine ids by namespace."""
        self.warm = {c.labels[CONTAINER] for c in found if WARM in c.labels}
        """The namespaces whose pause was made before the task was known."""
        self.ids = {c.labels[CONTAINER]: c.id for c in found if c.labels[ROLE] != PAUSE}
        fresh = Report(task=assignment.task, status=TaskStatus.PENDING)
        self.report = record.load(directory) or fresh
        self.restarts = RestartCounts(directory)
        self.seen = {c.name: self._remembered(c) for c in assignment.containers}
        self.images: dict[str, Image] = {}
        # A namespace that is known and still held is not opened again.
        self.sandboxes = {
            s.container: s.path for s in self.report.sandboxes if s.container in self.pauses
        }
        self.failure = _failure(self.report)
        self.prepared = False
        self.released = self.report.status is TaskStatus.STOPPED

    def change(self, **fields: Any) -> None:
        """Write this into the next report."""
        self.report = replace(self.report, **fields)

    def hostname(self, namespace: str) -> str:
        """What a namespace calls itself."""
        if namespace in self.warm:
            return self.pauses[namespace][:12]  # the engine's choice where nobody chooses
        return hostname(self.assignment, namespace)

    def container(self, name: str) -> ContainerDefinition:
        """The definition of a container of the task."""
        return next(c for c in self.assignment.containers if c.name == name)

    def is_absent(self, name: str) -> bool:
        """It has not been made yet."""
        return self.seen[name].phase is Phase.ABSENT

    def wish(self) -> Wish:
        """What the control plane wants, for the next step."""
        wanted = self.assignment
        return Wish(
            desired_status=wanted.desired_status,
            may_start=wanted.may_start,
            may_stop=wanted.may_stop,
            may_release=wanted.may_release,
        )

    def observation(self) -> Observation:
        """What is there, for the next step."""
        return Observation(
            containers=tuple(self.seen.values()),
            prepared=self.prepared,
            sandboxes=self.report.sandboxes,
            has_run=self.report.started_at is not None,
            stopping=self.report.stopping_at is not None,
            failure=self.failure,
            released=self.released,
        )

    def view(self) -> View:
        """The task as its own programs may see it."""
        return View(
            assignment=self.assignment,
            report=self.report,
            containers=self.ids,
            pauses=self.pauses,
        )

    def pictures(self, over: bool) -> tuple[Container, ...]:
        """The containers for the report; ``over``: all of them have ended for good."""
        return tuple(self._picture(c, over) for c in self.assignment.containers)

    def _picture(self, container: ContainerDefinition, over: bool) -> Container:
        seen = self.seen[container.name]
        # Between its end and its next start a container still counts as running (ECS agent).
        back = not over and self.failure is None and is_restarted(container, seen)
        status = TaskStatus.RUNNING if back else _STATUS[seen.phase]
        image = self.images.get(container.image)
        before = next((c for c in self.report.containers if c.name == container.name), None)
        return Container(
            name=container.name,
            image=container.image,
            status=TaskStatus.STOPPED if over else status,
            runtime_id=self.ids.get(container.name) or (before.runtime_id if before else None),
            image_digest=image.digest if image else before.image_digest if before else None,
            exit_code=None if back else seen.exit_code,
            reason=seen.reason,
            health=seen.health if container.health_check else Health.UNKNOWN,
            restarts=seen.restarts,
        )

    def _remembered(self, container: ContainerDefinition) -> Seen:
        """What the kept report says; a container that ran and is gone has ended."""
        known = next((c for c in self.report.containers if c.name == container.name), None)
        if known is None:
            return Seen(name=container.name)
        there, ran = container.name in self.ids, known.status is not TaskStatus.PENDING
        phase = Phase.CREATED if there else Phase.EXITED if ran else Phase.ABSENT
        return Seen(
            name=known.name,
            phase=phase,
            exit_code=known.exit_code,
            reason=known.reason,
            restarts=max(known.restarts, self.restarts.of(known.name)),
        )


def _failure(report: Report) -> Failure | None:
    if report.stop_code is None:
        return None
    return Failure(code=report.stop_code, reason=report.reason or "")
