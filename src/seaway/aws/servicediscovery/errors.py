"""Cloud Map's errors, by their shapes' names."""

from __future__ import annotations

from seaway.aws.errors import AwsError


class InvalidInput(AwsError):
    """One or more specified values aren't valid."""

    code = "InvalidInput"


class NamespaceNotFound(AwsError):
    """No namespace exists with the specified ID."""

    code = "NamespaceNotFound"
    status = 404


class ServiceNotFound(AwsError):
    """No service exists with the specified ID."""

    code = "ServiceNotFound"
    status = 404


class InstanceNotFound(AwsError):
    """No instance exists with the specified ID."""

    code = "InstanceNotFound"
    status = 404


class OperationNotFound(AwsError):
    """No operation exists with the specified ID."""

    code = "OperationNotFound"
    status = 404


class CustomHealthNotFound(AwsError):
    """The instance's health check isn't a custom one."""

    code = "CustomHealthNotFound"
    status = 404


class NamespaceAlreadyExists(AwsError):
    """The namespace already exists (members CreatorRequestId, NamespaceId)."""

    code = "NamespaceAlreadyExists"


class ServiceAlreadyExists(AwsError):
    """The service already exists (members CreatorRequestId, ServiceId, ServiceArn)."""

    code = "ServiceAlreadyExists"


class DuplicateRequest(AwsError):
    """The creator request id was used before (member DuplicateOperationId)."""

    code = "DuplicateRequest"
    status = 409


class ResourceInUse(AwsError):
    """The resource contains other resources, or belongs to another AWS service."""

    code = "ResourceInUse"
    status = 409


class ResourceLimitExceeded(AwsError):
    """The quota on the number of resources is reached."""

    code = "ResourceLimitExceeded"


class ServiceAttributesLimitExceededException(AwsError):
    """The quota on the number of a service's attributes is reached."""

    code = "ServiceAttributesLimitExceededException"


class ResourceNotFoundException(AwsError):
    """No resource has this ARN."""

    code = "ResourceNotFoundException"
    status = 404


class TooManyTagsException(AwsError):
    """The quota on the number of tags is reached (member ResourceName)."""

    code = "TooManyTagsException"
