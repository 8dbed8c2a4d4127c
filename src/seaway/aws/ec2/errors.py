"""EC2's refusals, by the codes EC2 gives (EC2 API reference: Error codes)."""

from __future__ import annotations

from seaway.aws.errors import AwsError


class DryRunOperation(AwsError):
    """The request would have been carried out, had it not been a dry run."""

    code = "DryRunOperation"
    status = 412


class MissingParameter(AwsError):
    """A parameter the request needs is not there."""

    code = "MissingParameter"


class InvalidParameterValue(AwsError):
    """A parameter's value makes no sense."""

    code = "InvalidParameterValue"


class InvalidParameterCombination(AwsError):
    """Parameters that exclude each other."""

    code = "InvalidParameterCombination"


class UnsupportedOperation(AwsError):
    """What is asked for is not built in Seaway, or not possible for the resource."""

    code = "UnsupportedOperation"


class DependencyViolation(AwsError):
    """Something still uses the resource."""

    code = "DependencyViolation"


class IncorrectState(AwsError):
    """The resource is not in a state in which this can be done."""

    code = "IncorrectState"


class InvalidId(AwsError):
    """A resource id that is no id of its kind."""

    code = "InvalidID"


class VpcNotFound(AwsError):
    """No such VPC."""

    code = "InvalidVpcID.NotFound"


class VpcRange(AwsError):
    """A VPC's range must be between /16 and /28."""

    code = "InvalidVpc.Range"


class DefaultVpcAlreadyExists(AwsError):
    """The region has its default VPC."""

    code = "DefaultVpcAlreadyExists"


class SubnetNotFound(AwsError):
    """No such subnet."""

    code = "InvalidSubnetID.NotFound"


class SubnetRange(AwsError):
    """A subnet's range lies in its VPC's and is between /16 and /28."""

    code = "InvalidSubnet.Range"


class SubnetConflict(AwsError):
    """The range overlaps another subnet's."""

    code = "InvalidSubnet.Conflict"


class InsufficientFreeAddresses(AwsError):
    """The subnet has no free address left."""

    code = "InsufficientFreeAddressesInSubnet"


class InvalidAddressInUse(AwsError):
    """The address asked for is taken."""

    code = "InvalidIPAddress.InUse"


class GroupNotFound(AwsError):
    """No such security group."""

    code = "InvalidGroup.NotFound"


class GroupDuplicate(AwsError):
    """The VPC has a security group of this name."""

    code = "InvalidGroup.Duplicate"


class CannotDelete(AwsError):
    """A default security group cannot be deleted."""

    code = "CannotDelete"


class PermissionDuplicate(AwsError):
    """The group has this rule."""

    code = "InvalidPermission.Duplicate"


class PermissionNotFound(AwsError):
    """The group has no such rule."""

    code = "InvalidPermission.NotFound"


class RuleNotFound(AwsError):
    """No security group rule of this id."""

    code = "InvalidSecurityGroupRuleId.NotFound"


class RouteTableNotFound(AwsError):
    """No such route table."""

    code = "InvalidRouteTableID.NotFound"


class RouteNotFound(AwsError):
    """The table has no route to this destination."""

    code = "InvalidRoute.NotFound"


class RouteAlreadyExists(AwsError):
    """The table has a route to this destination."""

    code = "RouteAlreadyExists"


class AssociationNotFound(AwsError):
    """No such association."""

    code = "InvalidAssociationID.NotFound"


class AlreadyAssociated(AwsError):
    """What is to be associated already is."""

    code = "Resource.AlreadyAssociated"


class InternetGatewayNotFound(AwsError):
    """No such internet gateway."""

    code = "InvalidInternetGatewayID.NotFound"


class VpnGatewayNotFound(AwsError):
    """No such virtual private gateway; there never is one here."""

    code = "InvalidVpnGatewayID.NotFound"


class GatewayNotAttached(AwsError):
    """The internet gateway is not attached to this VPC."""

    code = "Gateway.NotAttached"


class NatGatewayNotFound(AwsError):
    """No such NAT gateway."""

    code = "NatGatewayNotFound"


class AllocationNotFound(AwsError):
    """No such Elastic IP address."""

    code = "InvalidAllocationID.NotFound"


class AddressInUse(AwsError):
    """The Elastic IP address is associated."""

    code = "InvalidIPAddress.InUse"


class InterfaceNotFound(AwsError):
    """No such network interface."""

    code = "InvalidNetworkInterfaceID.NotFound"


class InstanceNotFound(AwsError):
    """No such instance."""

    code = "InvalidInstanceID.NotFound"


class InstanceTypeUnknown(AwsError):
    """No such instance type here."""

    code = "InvalidInstanceType"


class ImageMalformed(AwsError):
    """The id is not an image's."""

    code = "InvalidAMIID.Malformed"


class KeyPairNotFound(AwsError):
    """No such key pair."""

    code = "InvalidKeyPair.NotFound"


class KeyPairDuplicate(AwsError):
    """There is a key pair of this name."""

    code = "InvalidKeyPair.Duplicate"


class TemplateIdNotFound(AwsError):
    """No launch template of this id."""

    code = "InvalidLaunchTemplateId.NotFound"


class TemplateNameNotFound(AwsError):
    """No launch template of this name."""

    code = "InvalidLaunchTemplateName.NotFoundException"


class TemplateNameTaken(AwsError):
    """There is a launch template of this name."""

    code = "InvalidLaunchTemplateName.AlreadyExistsException"


class TemplateVersionNotFound(AwsError):
    """The launch template has no such version."""

    code = "InvalidLaunchTemplateId.VersionNotFound"


class DhcpOptionsNotFound(AwsError):
    """No such DHCP options."""

    code = "InvalidDhcpOptionID.NotFound"


class NetworkAclNotFound(AwsError):
    """No such network access list."""

    code = "InvalidNetworkAclID.NotFound"


class InvalidNextToken(AwsError):
    """The token is not one this operation gave out."""

    code = "InvalidNextToken"
