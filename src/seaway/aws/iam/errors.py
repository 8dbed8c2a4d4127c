"""IAM's refusals."""

from __future__ import annotations

from seaway.aws.errors import AwsError


class EntityAlreadyExists(AwsError):
    """There is one of this name."""

    code = "EntityAlreadyExistsException"
    status = 409


class NoSuchEntity(AwsError):
    """There is none of this name."""

    code = "NoSuchEntityException"
    status = 404


class DeleteConflict(AwsError):
    """Something still hangs on it."""

    code = "DeleteConflictException"
    status = 409


class LimitExceeded(AwsError):
    """More than the account may have."""

    code = "LimitExceededException"
    status = 409


class MalformedPolicyDocument(AwsError):
    """The document is no policy."""

    code = "MalformedPolicyDocumentException"


class InvalidInput(AwsError):
    """A parameter makes no sense."""

    code = "InvalidInputException"


class UnmodifiableEntity(AwsError):
    """A service-linked role is its service's alone."""

    code = "UnmodifiableEntityException"
