"""EventBridge's errors, by their shapes' names."""

from __future__ import annotations

from seaway.aws.errors import AwsError, ValidationException

__all__ = ["ValidationException"]


class ResourceNotFoundException(AwsError):
    """There is no such bus, rule or target."""

    code = "ResourceNotFoundException"


class ResourceAlreadyExistsException(AwsError):
    """There is such a bus already."""

    code = "ResourceAlreadyExistsException"


class InvalidEventPatternException(AwsError):
    """The event pattern is not one."""

    code = "InvalidEventPatternException"


class LimitExceededException(AwsError):
    """A quota is used up."""

    code = "LimitExceededException"


def not_built(field: str, instead: str = "") -> ValidationException:
    """The refusal of a member that has no effect here."""
    return ValidationException(f"{field} is not built in Seaway{instead and ': '}{instead}.")
