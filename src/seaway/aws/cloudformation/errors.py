"""CloudFormation's refusals."""

from __future__ import annotations

from seaway.aws.errors import AwsError


class ValidationError(AwsError):
    """The request or template makes no sense, or names what does not exist (common error)."""

    code = "ValidationError"


class AlreadyExistsException(AwsError):
    """There is a stack or change set of this name."""

    code = "AlreadyExistsException"


class InsufficientCapabilitiesException(AwsError):
    """The template makes IAM resources and the caller has not said that this is meant."""

    code = "InsufficientCapabilitiesException"


class ChangeSetNotFound(AwsError):
    """No such change set."""

    code = "ChangeSetNotFoundException"
    status = 404


class InvalidChangeSetStatus(AwsError):
    """The change set cannot be executed."""

    code = "InvalidChangeSetStatusException"
