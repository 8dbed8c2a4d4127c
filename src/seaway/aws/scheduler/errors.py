"""EventBridge Scheduler's errors, by their shapes' names."""

from __future__ import annotations

from seaway.aws.errors import AwsError, ValidationException

__all__ = ["ValidationException"]


class ResourceNotFoundException(AwsError):
    """There is no such schedule or group."""

    code = "ResourceNotFoundException"
    status = 404


class ConflictException(AwsError):
    """There is one of the name already."""

    code = "ConflictException"
    status = 409


def not_built(field: str, instead: str = "") -> ValidationException:
    """The refusal of a member that has no effect here."""
    return ValidationException(f"{field} is not built in Seaway{instead and ': '}{instead}.")
