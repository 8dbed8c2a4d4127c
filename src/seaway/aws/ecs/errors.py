"""What ECS refuses with; codes are the service model's error shapes."""

from __future__ import annotations

from seaway.aws.errors import AwsError


class ClientException(AwsError):
    """The caller's action cannot be done as asked."""

    code = "ClientException"


class InvalidParameterException(AwsError):
    """A parameter is not valid."""

    code = "InvalidParameterException"


class ClusterNotFoundException(AwsError):
    """There is no such cluster, or it was deleted."""

    code = "ClusterNotFoundException"


class ClusterContainsContainerInstancesException(AwsError):
    """Container instances must be deregistered first."""

    code = "ClusterContainsContainerInstancesException"


class ClusterContainsServicesException(AwsError):
    """Services must be deleted first."""

    code = "ClusterContainsServicesException"


class ClusterContainsTasksException(AwsError):
    """Tasks must be stopped first."""

    code = "ClusterContainsTasksException"


class ConflictException(AwsError):
    """A client token was used before with other parameters."""

    code = "ConflictException"


class AttributeLimitExceededException(AwsError):
    """A resource has ten custom attributes at most."""

    code = "AttributeLimitExceededException"


class TargetNotConnectedException(AwsError):
    """The host of the task is not connected."""

    code = "TargetNotConnectedException"


class NamespaceNotFoundException(AwsError):
    """There is no such Cloud Map namespace."""

    code = "NamespaceNotFoundException"


class PlatformUnknownException(AwsError):
    """There is no such Fargate platform version."""

    code = "PlatformUnknownException"


class ResourceInUseException(AwsError):
    """Something still uses the resource."""

    code = "ResourceInUseException"


class ResourceNotFoundException(AwsError):
    """There is no such resource."""

    code = "ResourceNotFoundException"


class ServiceDeploymentNotFoundException(AwsError):
    """There is no such service deployment."""

    code = "ServiceDeploymentNotFoundException"


class ServiceNotActiveException(AwsError):
    """The service was deleted."""

    code = "ServiceNotActiveException"


class ServiceNotFoundException(AwsError):
    """There is no such service."""

    code = "ServiceNotFoundException"


class TargetNotFoundException(AwsError):
    """There is no such container instance."""

    code = "TargetNotFoundException"


class UnsupportedFeatureException(AwsError):
    """ECS has no such feature here."""

    code = "UnsupportedFeatureException"


def not_built(field: str) -> ClientException:
    """What is asked for by ``field`` does not exist in Seaway; refused, never ignored."""
    return ClientException(f"{field} is not supported by Seaway yet.")


def refuse(reason: str | None) -> None:
    """Turn core's refusal into the caller's error.

    Raises InvalidParameterException.
    """
    if reason is not None:
        raise InvalidParameterException(reason)
