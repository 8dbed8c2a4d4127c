"""CloudWatch Logs' errors, with AWS's texts where they are known."""

from __future__ import annotations

from seaway.aws.errors import AwsError


class InvalidParameterException(AwsError):
    """A parameter is specified incorrectly."""

    code = "InvalidParameterException"


class ResourceAlreadyExistsException(AwsError):
    """The name is taken."""

    code = "ResourceAlreadyExistsException"


class ResourceNotFoundException(AwsError):
    """There is no such group or stream."""

    code = "ResourceNotFoundException"


class TooManyTagsException(AwsError):
    """A resource can have no more than 50 tags."""

    code = "TooManyTagsException"


def no_group() -> ResourceNotFoundException:
    """AWS's sentence for a log group that is not there."""
    return ResourceNotFoundException("The specified log group does not exist.")


def no_stream() -> ResourceNotFoundException:
    """AWS's sentence for a log stream that is not there."""
    return ResourceNotFoundException("The specified log stream does not exist.")


def not_built(what: str) -> InvalidParameterException:
    """What Seaway does not do, said before anything is done."""
    return InvalidParameterException(f"{what} is not built in Seaway: leave it out.")
