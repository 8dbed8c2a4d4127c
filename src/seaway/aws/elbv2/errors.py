"""Elastic Load Balancing's errors, by their shapes' names; texts are AWS's where they are known."""

from __future__ import annotations

from seaway.aws.errors import AwsError


class ValidationError(AwsError):
    """The request is not valid (common errors: ValidationError)."""

    code = "ValidationError"


class LoadBalancerNotFoundException(AwsError):
    """The specified load balancer does not exist."""

    code = "LoadBalancerNotFoundException"


class ListenerNotFoundException(AwsError):
    """The specified listener does not exist."""

    code = "ListenerNotFoundException"


class RuleNotFoundException(AwsError):
    """The specified rule does not exist."""

    code = "RuleNotFoundException"


class TargetGroupNotFoundException(AwsError):
    """The specified target group does not exist."""

    code = "TargetGroupNotFoundException"


class SubnetNotFoundException(AwsError):
    """The specified subnet does not exist."""

    code = "SubnetNotFoundException"


class SSLPolicyNotFoundException(AwsError):
    """The specified SSL policy does not exist."""

    code = "SSLPolicyNotFoundException"


class InvalidSubnetException(AwsError):
    """The specified subnet is out of available addresses."""

    code = "InvalidSubnetException"


class InvalidSecurityGroupException(AwsError):
    """The specified security group does not exist."""

    code = "InvalidSecurityGroupException"


class InvalidConfigurationRequestException(AwsError):
    """The requested configuration is not valid."""

    code = "InvalidConfigurationRequestException"


class InvalidLoadBalancerActionException(AwsError):
    """The requested action is not valid."""

    code = "InvalidLoadBalancerActionException"


class InvalidTargetException(AwsError):
    """The target does not exist, or is not in the target group's VPC."""

    code = "InvalidTargetException"


class IncompatibleProtocolsException(AwsError):
    """The specified configuration is not valid with this protocol."""

    code = "IncompatibleProtocolsException"


class UnsupportedProtocolException(AwsError):
    """The specified protocol is not supported."""

    code = "UnsupportedProtocolException"


class OperationNotPermittedException(AwsError):
    """This operation is not allowed."""

    code = "OperationNotPermittedException"


class ResourceInUseException(AwsError):
    """A specified resource is in use."""

    code = "ResourceInUseException"


class PriorityInUseException(AwsError):
    """The specified priority is in use."""

    code = "PriorityInUseException"


class DuplicateLoadBalancerNameException(AwsError):
    """A load balancer with the specified name already exists."""

    code = "DuplicateLoadBalancerNameException"


class DuplicateTargetGroupNameException(AwsError):
    """A target group with the specified name already exists."""

    code = "DuplicateTargetGroupNameException"


class DuplicateListenerException(AwsError):
    """A listener with the specified port already exists."""

    code = "DuplicateListenerException"


class DuplicateTagKeysException(AwsError):
    """A tag key was specified more than once."""

    code = "DuplicateTagKeysException"


class TargetGroupAssociationLimitException(AwsError):
    """A target group may serve one load balancer only."""

    code = "TargetGroupAssociationLimitException"


class TooManyLoadBalancersException(AwsError):
    """You've reached the limit on the number of load balancers."""

    code = "TooManyLoadBalancersException"


class TooManyListenersException(AwsError):
    """You've reached the limit on the number of listeners per load balancer."""

    code = "TooManyListenersException"


class TooManyRulesException(AwsError):
    """You've reached the limit on the number of rules per load balancer."""

    code = "TooManyRulesException"


class TooManyActionsException(AwsError):
    """You've reached the limit on the number of actions per rule."""

    code = "TooManyActionsException"


class TooManyTargetGroupsException(AwsError):
    """You've reached the limit on the number of target groups."""

    code = "TooManyTargetGroupsException"


class TooManyUniqueTargetGroupsPerLoadBalancerException(AwsError):
    """You've reached the limit on the number of target groups of one load balancer."""

    code = "TooManyUniqueTargetGroupsPerLoadBalancerException"


class TooManyTargetsException(AwsError):
    """You've reached the limit on the number of targets."""

    code = "TooManyTargetsException"


class TooManyTagsException(AwsError):
    """You've reached the limit on the number of tags for this resource."""

    code = "TooManyTagsException"


class CertificateNotFoundException(AwsError):
    """The specified certificate does not exist."""

    code = "CertificateNotFoundException"


class UnsupportedCertificateException(AwsError):
    """The certificate can't be shown by a listener."""

    code = "UnsupportedCertificate"


class TooManyCertificatesException(AwsError):
    """You've reached the limit on the number of certificates per load balancer."""

    code = "TooManyCertificatesException"


class ALPNPolicyNotSupportedException(AwsError):
    """The specified ALPN policy is not supported."""

    code = "ALPNPolicyNotSupportedException"
