"""Lambda's errors; each says besides whose fault it is."""

from __future__ import annotations

from seaway.aws.errors import AwsError


class _LambdaError(AwsError):
    def __init__(self, message: str) -> None:
        super().__init__(message, Type="User")


class InvalidParameterValueException(_LambdaError):
    """One of the parameters in the request is not valid."""

    code = "InvalidParameterValueException"


class InvalidRequestContentException(_LambdaError):
    """The request body could not be parsed as JSON."""

    code = "InvalidRequestContentException"


class ResourceConflictException(_LambdaError):
    """The resource already exists, or another operation is in progress."""

    code = "ResourceConflictException"


class ResourceNotFoundException(_LambdaError):
    """The resource specified in the request does not exist."""

    code = "ResourceNotFoundException"


class PreconditionFailedException(_LambdaError):
    """The RevisionId provided does not match the latest RevisionId."""

    code = "PreconditionFailedException"


def not_built(what: str) -> AwsError:
    """What Seaway does not do, said before anything is done."""
    return InvalidParameterValueException(f"{what} is not built in Seaway: leave it out.")
