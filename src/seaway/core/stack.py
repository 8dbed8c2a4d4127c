"""Stacks: a template's resources, kept together and made one after the other."""

from __future__ import annotations

from dataclasses import dataclass

from seaway.core.launching import stored_value
from seaway.core.names import Tags


class Refused(Exception):
    """A service refused what a stack asked of it; ``code`` is the service's error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def is_absence(self) -> bool:
        """Whether it says that the thing does not exist, so that its deletion is done."""
        words = ("NotFound", "NoSuchEntity", "does not exist", "not found")
        return any(word in self.code or word in self.message for word in words)


@dataclass(frozen=True, slots=True, kw_only=True)
class StackOutput:
    """An output that has been worked out."""

    key: str
    value: str
    description: str = ""
    export: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What a stack is to be: a template and its parameters."""

    template: str
    parameters: tuple[tuple[str, str], ...] = ()
    tags: Tags = ()
    fetched: tuple[tuple[str, str], ...] = ()
    """Parameters of Systems Manager it names, with the values they had when it was asked for."""

    def stored(self, name: str) -> str | None:
        """The value of a parameter of Systems Manager, None when there was none."""
        return dict(self.fetched).get(name) or stored_value(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A stack. The API writes the intent and starts an operation; the reconciler does the rest."""

    id: str
    """Its ARN."""
    name: str
    account: str
    region: str
    created_at: float
    status: str
    intent: Intent
    previous: Intent | None = None
    """What it was before the update that is going on, to roll back to."""
    operation: int = 1
    """Counts the passes over its resources: create, update, roll back."""
    description: str = ""
    reason: str | None = None
    updated_at: float | None = None
    deleted_at: float | None = None
    capabilities: tuple[str, ...] = ()
    outputs: tuple[StackOutput, ...] = ()
    imports: tuple[str, ...] = ()
    """Exports of other stacks that it uses."""
    on_failure: str = "ROLLBACK"
    """ROLLBACK, DELETE or DO_NOTHING."""
    protected: bool = False
    retain: tuple[str, ...] = ()
    """Resources that the deletion asked for leaves alone."""
    role: str | None = None
    notifications: tuple[str, ...] = ()
    change_set: str | None = None
    token: str | None = None

    @property
    def is_moving(self) -> bool:
        """Whether the reconciler has something to do."""
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    @property
    def is_gone(self) -> bool:
        """Whether only its story is left."""
        return self.status == "DELETE_COMPLETE"


@dataclass(frozen=True, slots=True, kw_only=True)
class StackResource:
    """One resource of a stack, as it was made. Properties and attributes are JSON."""

    key: str
    stack: str
    logical: str
    type: str
    status: str
    updated_at: float
    operation: int
    """The stack's operation that last looked at it."""
    physical: str = ""
    properties: str = "{}"
    attributes: str = "{}"
    needs: tuple[str, ...] = ()
    """Logical ids that must outlive it."""
    policy: str = "Delete"
    reason: str | None = None
    replaced: bool = False
    """It has a successor and only waits to be cleaned up."""
    since: float = 0.0
    """When its current step began."""
    asked: bool = False
    """Its deletion was accepted by the service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackEvent:
    """One line of a stack's story."""

    id: str
    stack: str
    stack_name: str
    at: float
    logical: str
    physical: str
    type: str
    status: str
    reason: str | None = None
    properties: str | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """What a stack would become, worked out beforehand. ``changes`` is JSON as the API shows it."""

    id: str
    name: str
    stack: str
    created_at: float
    kind: str
    """CREATE or UPDATE."""
    intent: Intent
    status: str
    execution: str
    reason: str | None = None
    description: str | None = None
    capabilities: tuple[str, ...] = ()
    changes: str = "[]"
    on_failure: str | None = None


STACK_TYPE = "AWS::CloudFormation::Stack"


def resource_key(stack: str, logical: str) -> str:
    """The key of a stack's resource; a replaced one has its physical id behind it."""
    return f"{stack}|{logical}"
