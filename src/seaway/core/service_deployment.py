"""A service deployment: the way from one revision of a service to the next, stage by stage."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from seaway.core.service import DeploymentConfiguration


class DeploymentStatus(StrEnum):
    """How a service deployment stands (API: ServiceDeploymentStatus)."""

    PENDING = "PENDING"
    IN_PROGRESS = "IN_PROGRESS"
    SUCCESSFUL = "SUCCESSFUL"
    STOP_REQUESTED = "STOP_REQUESTED"
    STOPPED = "STOPPED"
    ROLLBACK_REQUESTED = "ROLLBACK_REQUESTED"
    ROLLBACK_IN_PROGRESS = "ROLLBACK_IN_PROGRESS"
    ROLLBACK_SUCCESSFUL = "ROLLBACK_SUCCESSFUL"
    ROLLBACK_FAILED = "ROLLBACK_FAILED"


_FORWARD = (DeploymentStatus.PENDING, DeploymentStatus.IN_PROGRESS)


class Stage(StrEnum):
    """Where a service deployment is (API: ServiceDeploymentLifecycleStage), in order."""

    RECONCILE_SERVICE = "RECONCILE_SERVICE"
    PRE_SCALE_UP = "PRE_SCALE_UP"
    SCALE_UP = "SCALE_UP"
    POST_SCALE_UP = "POST_SCALE_UP"
    TEST_TRAFFIC_SHIFT = "TEST_TRAFFIC_SHIFT"
    POST_TEST_TRAFFIC_SHIFT = "POST_TEST_TRAFFIC_SHIFT"
    PRE_PRODUCTION_TRAFFIC_SHIFT = "PRE_PRODUCTION_TRAFFIC_SHIFT"
    PRODUCTION_TRAFFIC_SHIFT = "PRODUCTION_TRAFFIC_SHIFT"
    POST_PRODUCTION_TRAFFIC_SHIFT = "POST_PRODUCTION_TRAFFIC_SHIFT"
    BAKE_TIME = "BAKE_TIME"
    CLEAN_UP = "CLEAN_UP"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDeployment:
    """One service deployment: from which revisions to which, how far, and how it ended.

    The API writes what it goes for and what was asked of it on its way; the service reconciler
    alone writes the rest. Times are epoch seconds.
    """

    # intent
    number: str
    """The id in its ARN; the key."""
    service: str
    """ARN of the service."""
    target: str
    """Id of the deployment (the service revision) it brings in: green."""
    created_at: float
    configuration: DeploymentConfiguration
    """As it was when it was asked for."""
    sources: tuple[str, ...] = ()
    """Ids of the deployments in force when it was asked for, the newest last."""
    rollback_asked: bool = False
    """StopServiceDeployment was called."""
    overtaken: bool = False
    """A newer deployment of the service was asked for, or the service was deleted."""

    # decision
    status: DeploymentStatus = DeploymentStatus.PENDING
    reason: str = ""
    """Why it is in this status, when it is not going well."""
    started_at: float | None = None
    updated_at: float = 0.0
    finished_at: float | None = None
    stopped_at: float | None = None
    blue: str | None = None
    """Id of the deployment that has the production traffic until it is shifted."""
    stage: Stage | None = None
    stage_at: float = 0.0
    """When the stage, or the step in it, began."""
    step: int = 0
    """How often production traffic has been shifted; -1 while it is led back."""
    share: float = 0.0
    """Per cent of the production traffic that green gets."""
    tested: bool = False
    """Test traffic goes to green."""
    alarms_watched: bool = True
    """False when an alarm was off already at the start (AWS: it may be what is to be mended)."""
    alarms_triggered: tuple[str, ...] = ()
    breaker_tripped: bool = False
    rollback_reason: str = ""
    rollback_at: float | None = None
    rollback_to: str | None = None
    """Id of the deployment that is brought back."""

    @property
    def is_open(self) -> bool:
        """It has not ended."""
        return self.finished_at is None

    @property
    def rolls_back(self) -> bool:
        """It has turned round."""
        return self.rollback_at is not None

    @property
    def shown_status(self) -> DeploymentStatus:
        """What the API says: what was asked shows before it is acted on."""
        if self.status not in _FORWARD:
            return self.status
        if self.overtaken:
            return DeploymentStatus.STOP_REQUESTED
        return DeploymentStatus.ROLLBACK_REQUESTED if self.rollback_asked else self.status


class HookStatus(StrEnum):
    """How a lifecycle hook stands (API: DeploymentLifecycleHookStatus)."""

    AWAITING_ACTION = "AWAITING_ACTION"
    IN_PROGRESS = "IN_PROGRESS"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRun:
    """One hook at one stage of a service deployment: a pause, or calls of a function.

    The service reconciler makes it and gives up waiting for it; ContinueServiceDeployment writes
    ``action``; the runner of the calls writes what they answered.
    """

    id: str
    """The hookId."""
    deployment: str
    """Number of the service deployment."""
    service: str
    stage: Stage
    step: int
    index: int
    """Which of the configuration's hooks it is."""
    kind: str
    """AWS_LAMBDA or PAUSE."""
    began_at: float
    expires_at: float
    on_timeout: str = "ROLLBACK"
    target: str | None = None
    details: str | None = None
    """JSON handed to the function; what it answered last goes before what was configured."""
    payload: str = ""
    """JSON the function is called with, but for the details."""

    status: HookStatus = HookStatus.IN_PROGRESS
    reason: str = ""
    call_at: float | None = None
    """When the function is to be called (again); None = no call is wanted."""
    calls: int = 0
    action: str | None = None
    """CONTINUE or ROLLBACK, by hand."""

    @property
    def is_over(self) -> bool:
        """Nothing is waited for any more."""
        return self.status not in (HookStatus.AWAITING_ACTION, HookStatus.IN_PROGRESS)
