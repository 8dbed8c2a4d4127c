"""Auto Scaling's refusals."""

from __future__ import annotations

from seaway.aws.errors import AwsError


class ValidationError(AwsError):
    """The request makes no sense, or names what does not exist (common error)."""

    code = "ValidationError"


class AlreadyExistsFault(AwsError):
    """There is a group or launch configuration of this name."""

    code = "AlreadyExistsFault"


class ResourceInUseFault(AwsError):
    """Something still uses the resource."""

    code = "ResourceInUseFault"


class ScalingActivityInProgressFault(AwsError):
    """The group cannot be deleted while it has instances."""

    code = "ScalingActivityInProgressFault"


class InvalidNextToken(AwsError):
    """The token is not one this operation gave out."""

    code = "InvalidNextToken"
