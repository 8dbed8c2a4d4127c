"""Shapes of ec2 (API version 2016-11-15). Written by tools/generate_shapes.py; do not edit."""

from __future__ import annotations

from datetime import datetime
from typing import Required, TypedDict


class AcceleratorCount(TypedDict, total=False):
    Min: int
    Max: int


class AcceleratorCountRequest(TypedDict, total=False):
    Min: int
    Max: int


class AcceleratorTotalMemoryMiB(TypedDict, total=False):
    Min: int
    Max: int


class AcceleratorTotalMemoryMiBRequest(TypedDict, total=False):
    Min: int
    Max: int


class AccountAttribute(TypedDict, total=False):
    AttributeName: str
    AttributeValues: list[AccountAttributeValue]


class AccountAttributeValue(TypedDict, total=False):
    AttributeValue: str


class Address(TypedDict, total=False):
    AllocationId: str
    AssociationId: str
    Domain: str
    NetworkInterfaceId: str
    NetworkInterfaceOwnerId: str
    PrivateIpAddress: str
    Tags: list[Tag]
    PublicIpv4Pool: str
    NetworkBorderGroup: str
    CustomerOwnedIp: str
    CustomerOwnedIpv4Pool: str
    CarrierIp: str
    SubnetId: str
    ServiceManaged: str
    InstanceId: str
    PublicIp: str


class AddressAttribute(TypedDict, total=False):
    PublicIp: str
    AllocationId: str
    PtrRecord: str
    PtrRecordUpdate: PtrUpdateStatus


class AllocateAddressRequest(TypedDict, total=False):
    Domain: str
    Address: str
    PublicIpv4Pool: str
    NetworkBorderGroup: str
    CustomerOwnedIpv4Pool: str
    TagSpecifications: list[TagSpecification]
    IpamPoolId: str
    DryRun: bool


class AllocateAddressResult(TypedDict, total=False):
    AllocationId: str
    PublicIpv4Pool: str
    NetworkBorderGroup: str
    Domain: str
    CustomerOwnedIp: str
    CustomerOwnedIpv4Pool: str
    CarrierIp: str
    PublicIp: str


class ApplicationStatusSummary(TypedDict, total=False):
    Status: str
    ImpairedSince: datetime


class AssociateAddressRequest(TypedDict, total=False):
    AllocationId: str
    InstanceId: str
    PublicIp: str
    DryRun: bool
    NetworkInterfaceId: str
    PrivateIpAddress: str
    AllowReassociation: bool


class AssociateAddressResult(TypedDict, total=False):
    AssociationId: str


class AssociateIamInstanceProfileRequest(TypedDict, total=False):
    IamInstanceProfile: Required[IamInstanceProfileSpecification]
    InstanceId: Required[str]


class AssociateIamInstanceProfileResult(TypedDict, total=False):
    IamInstanceProfileAssociation: IamInstanceProfileAssociation


class AssociateRouteTableRequest(TypedDict, total=False):
    GatewayId: str
    PublicIpv4Pool: str
    DryRun: bool
    SubnetId: str
    RouteTableId: Required[str]


class AssociateRouteTableResult(TypedDict, total=False):
    AssociationId: str
    AssociationState: RouteTableAssociationState


class AssociateVpcCidrBlockRequest(TypedDict, total=False):
    CidrBlock: str
    Ipv6CidrBlockNetworkBorderGroup: str
    Ipv6Pool: str
    Ipv6CidrBlock: str
    Ipv4IpamPoolId: str
    Ipv4NetmaskLength: int
    Ipv6IpamPoolId: str
    Ipv6NetmaskLength: int
    VpcId: Required[str]
    AmazonProvidedIpv6CidrBlock: bool


class AssociateVpcCidrBlockResult(TypedDict, total=False):
    Ipv6CidrBlockAssociation: VpcIpv6CidrBlockAssociation
    CidrBlockAssociation: VpcCidrBlockAssociation
    VpcId: str


class AttachInternetGatewayRequest(TypedDict, total=False):
    DryRun: bool
    InternetGatewayId: Required[str]
    VpcId: Required[str]


class AttachNetworkInterfaceRequest(TypedDict, total=False):
    NetworkCardIndex: int
    EnaSrdSpecification: EnaSrdSpecification
    EnaQueueCount: int
    DryRun: bool
    NetworkInterfaceId: Required[str]
    InstanceId: Required[str]
    DeviceIndex: Required[int]


class AttachNetworkInterfaceResult(TypedDict, total=False):
    AttachmentId: str
    NetworkCardIndex: int


class AttachmentEnaSrdSpecification(TypedDict, total=False):
    EnaSrdEnabled: bool
    EnaSrdUdpSpecification: AttachmentEnaSrdUdpSpecification


class AttachmentEnaSrdUdpSpecification(TypedDict, total=False):
    EnaSrdUdpEnabled: bool


class AttributeBooleanValue(TypedDict, total=False):
    Value: bool


class AttributeValue(TypedDict, total=False):
    Value: str


class AuthorizeSecurityGroupEgressRequest(TypedDict, total=False):
    TagSpecifications: list[TagSpecification]
    DryRun: bool
    GroupId: Required[str]
    SourceSecurityGroupName: str
    SourceSecurityGroupOwnerId: str
    IpProtocol: str
    FromPort: int
    ToPort: int
    CidrIp: str
    IpPermissions: list[IpPermission]


class AuthorizeSecurityGroupEgressResult(TypedDict, total=False):
    Return: bool
    SecurityGroupRules: list[SecurityGroupRule]


class AuthorizeSecurityGroupIngressRequest(TypedDict, total=False):
    CidrIp: str
    FromPort: int
    GroupId: str
    GroupName: str
    IpPermissions: list[IpPermission]
    IpProtocol: str
    SourceSecurityGroupName: str
    SourceSecurityGroupOwnerId: str
    ToPort: int
    TagSpecifications: list[TagSpecification]
    DryRun: bool


class AuthorizeSecurityGroupIngressResult(TypedDict, total=False):
    Return: bool
    SecurityGroupRules: list[SecurityGroupRule]


class AvailabilityZone(TypedDict, total=False):
    OptInStatus: str
    Messages: list[AvailabilityZoneMessage]
    RegionName: str
    ZoneName: str
    ZoneId: str
    GroupName: str
    NetworkBorderGroup: str
    ZoneType: str
    ParentZoneName: str
    ParentZoneId: str
    GroupLongName: str
    Geography: list[AvailabilityZoneGeography]
    SubGeography: list[AvailabilityZoneSubGeography]
    State: str


class AvailabilityZoneAddress(TypedDict, total=False):
    AvailabilityZone: str
    AvailabilityZoneId: str
    AllocationIds: list[str]


class AvailabilityZoneGeography(TypedDict, total=False):
    Name: str


class AvailabilityZoneMessage(TypedDict, total=False):
    Message: str


class AvailabilityZoneSubGeography(TypedDict, total=False):
    Name: str


class BaselineEbsBandwidthMbps(TypedDict, total=False):
    Min: int
    Max: int


class BaselineEbsBandwidthMbpsRequest(TypedDict, total=False):
    Min: int
    Max: int


class BaselinePerformanceFactors(TypedDict, total=False):
    Cpu: CpuPerformanceFactor


class BaselinePerformanceFactorsRequest(TypedDict, total=False):
    Cpu: CpuPerformanceFactorRequest


class BlockDeviceMapping(TypedDict, total=False):
    Ebs: EbsBlockDevice
    NoDevice: str
    DeviceName: str
    VirtualName: str


class BlockPublicAccessStates(TypedDict, total=False):
    InternetGatewayBlockMode: str


class CapacityReservationSpecification(TypedDict, total=False):
    CapacityReservationPreference: str
    CapacityReservationTarget: CapacityReservationTarget


class CapacityReservationSpecificationResponse(TypedDict, total=False):
    CapacityReservationPreference: str
    CapacityReservationTarget: CapacityReservationTargetResponse


class CapacityReservationTarget(TypedDict, total=False):
    CapacityReservationId: str
    CapacityReservationResourceGroupArn: str


class CapacityReservationTargetResponse(TypedDict, total=False):
    CapacityReservationId: str
    CapacityReservationResourceGroupArn: str


class ClassicLinkDnsSupport(TypedDict, total=False):
    ClassicLinkDnsSupported: bool
    VpcId: str


class ConnectionTrackingConfiguration(TypedDict, total=False):
    TcpEstablishedTimeout: int
    UdpStreamTimeout: int
    UdpTimeout: int


class ConnectionTrackingSpecification(TypedDict, total=False):
    TcpEstablishedTimeout: int
    UdpTimeout: int
    UdpStreamTimeout: int


class ConnectionTrackingSpecificationRequest(TypedDict, total=False):
    TcpEstablishedTimeout: int
    UdpStreamTimeout: int
    UdpTimeout: int


class ConnectionTrackingSpecificationResponse(TypedDict, total=False):
    TcpEstablishedTimeout: int
    UdpStreamTimeout: int
    UdpTimeout: int


class CpuOptions(TypedDict, total=False):
    CoreCount: int
    ThreadsPerCore: int
    AmdSevSnp: str
    NestedVirtualization: str


class CpuOptionsRequest(TypedDict, total=False):
    CoreCount: int
    ThreadsPerCore: int
    AmdSevSnp: str
    NestedVirtualization: str


class CpuPerformanceFactor(TypedDict, total=False):
    References: list[PerformanceFactorReference]


class CpuPerformanceFactorRequest(TypedDict, total=False):
    References: list[PerformanceFactorReferenceRequest]


class CreateDefaultSubnetRequest(TypedDict, total=False):
    AvailabilityZone: str
    DryRun: bool
    Ipv6Native: bool
    AvailabilityZoneId: str


class CreateDefaultSubnetResult(TypedDict, total=False):
    Subnet: Subnet


class CreateDefaultVpcRequest(TypedDict, total=False):
    DryRun: bool


class CreateDefaultVpcResult(TypedDict, total=False):
    Vpc: Vpc


class CreateInternetGatewayRequest(TypedDict, total=False):
    TagSpecifications: list[TagSpecification]
    DryRun: bool


class CreateInternetGatewayResult(TypedDict, total=False):
    InternetGateway: InternetGateway


class CreateKeyPairRequest(TypedDict, total=False):
    KeyName: Required[str]
    KeyType: str
    TagSpecifications: list[TagSpecification]
    KeyFormat: str
    DryRun: bool


class CreateLaunchTemplateRequest(TypedDict, total=False):
    DryRun: bool
    ClientToken: str
    LaunchTemplateName: Required[str]
    VersionDescription: str
    LaunchTemplateData: Required[RequestLaunchTemplateData]
    Operator: OperatorRequest
    TagSpecifications: list[TagSpecification]


class CreateLaunchTemplateResult(TypedDict, total=False):
    LaunchTemplate: LaunchTemplate
    Warning: ValidationWarning


class CreateLaunchTemplateVersionRequest(TypedDict, total=False):
    DryRun: bool
    ClientToken: str
    LaunchTemplateId: str
    LaunchTemplateName: str
    SourceVersion: str
    VersionDescription: str
    LaunchTemplateData: Required[RequestLaunchTemplateData]
    ResolveAlias: bool


class CreateLaunchTemplateVersionResult(TypedDict, total=False):
    LaunchTemplateVersion: LaunchTemplateVersion
    Warning: ValidationWarning


class CreateNatGatewayRequest(TypedDict, total=False):
    AvailabilityMode: str
    AllocationId: str
    ClientToken: str
    DryRun: bool
    SubnetId: str
    VpcId: str
    AvailabilityZoneAddresses: list[AvailabilityZoneAddress]
    TagSpecifications: list[TagSpecification]
    ConnectivityType: str
    PrivateIpAddress: str
    SecondaryAllocationIds: list[str]
    SecondaryPrivateIpAddresses: list[str]
    SecondaryPrivateIpAddressCount: int


class CreateNatGatewayResult(TypedDict, total=False):
    ClientToken: str
    NatGateway: NatGateway


class CreateNetworkInterfaceRequest(TypedDict, total=False):
    Ipv4Prefixes: list[Ipv4PrefixSpecificationRequest]
    Ipv4PrefixCount: int
    Ipv6Prefixes: list[Ipv6PrefixSpecificationRequest]
    Ipv6PrefixCount: int
    InterfaceType: str
    TagSpecifications: list[TagSpecification]
    ClientToken: str
    EnablePrimaryIpv6: bool
    ConnectionTrackingSpecification: ConnectionTrackingSpecificationRequest
    Operator: OperatorRequest
    SubnetId: Required[str]
    Description: str
    PrivateIpAddress: str
    Groups: list[str]
    PrivateIpAddresses: list[PrivateIpAddressSpecification]
    SecondaryPrivateIpAddressCount: int
    Ipv6Addresses: list[InstanceIpv6Address]
    Ipv6AddressCount: int
    DryRun: bool


class CreateNetworkInterfaceResult(TypedDict, total=False):
    NetworkInterface: NetworkInterface
    ClientToken: str


class CreateRouteRequest(TypedDict, total=False):
    DestinationPrefixListId: str
    VpcEndpointId: str
    TransitGatewayId: str
    LocalGatewayId: str
    CarrierGatewayId: str
    CoreNetworkArn: str
    OdbNetworkArn: str
    DryRun: bool
    RouteTableId: Required[str]
    DestinationCidrBlock: str
    GatewayId: str
    DestinationIpv6CidrBlock: str
    EgressOnlyInternetGatewayId: str
    InstanceId: str
    NetworkInterfaceId: str
    VpcPeeringConnectionId: str
    NatGatewayId: str


class CreateRouteResult(TypedDict, total=False):
    Return: bool


class CreateRouteTableRequest(TypedDict, total=False):
    TagSpecifications: list[TagSpecification]
    ClientToken: str
    DryRun: bool
    VpcId: Required[str]


class CreateRouteTableResult(TypedDict, total=False):
    RouteTable: RouteTable
    ClientToken: str


class CreateSecurityGroupRequest(TypedDict, total=False):
    Description: Required[str]
    GroupName: Required[str]
    VpcId: str
    TagSpecifications: list[TagSpecification]
    DryRun: bool


class CreateSecurityGroupResult(TypedDict, total=False):
    GroupId: str
    Tags: list[Tag]
    SecurityGroupArn: str


class CreateSubnetRequest(TypedDict, total=False):
    TagSpecifications: list[TagSpecification]
    AvailabilityZone: str
    AvailabilityZoneId: str
    CidrBlock: str
    Ipv6CidrBlock: str
    OutpostArn: str
    VpcId: Required[str]
    Ipv6Native: bool
    Ipv4IpamPoolId: str
    Ipv4NetmaskLength: int
    Ipv6IpamPoolId: str
    Ipv6NetmaskLength: int
    DryRun: bool


class CreateSubnetResult(TypedDict, total=False):
    Subnet: Subnet


class CreateTagsRequest(TypedDict, total=False):
    DryRun: bool
    Resources: Required[list[str]]
    Tags: Required[list[Tag]]


class CreateVpcEndpointRequest(TypedDict, total=False):
    DryRun: bool
    VpcEndpointType: str
    VpcId: Required[str]
    ServiceName: str
    PolicyDocument: str
    RouteTableIds: list[str]
    SubnetIds: list[str]
    SecurityGroupIds: list[str]
    IpAddressType: str
    DnsOptions: DnsOptionsSpecification
    ClientToken: str
    PrivateDnsEnabled: bool
    TagSpecifications: list[TagSpecification]
    SubnetConfigurations: list[SubnetConfiguration]
    ServiceNetworkArn: str
    ResourceConfigurationArn: str
    ServiceRegion: str


class CreateVpcEndpointResult(TypedDict, total=False):
    VpcEndpoint: VpcEndpoint
    ClientToken: str


class CreateVpcRequest(TypedDict, total=False):
    CidrBlock: str
    Ipv6Pool: str
    Ipv6CidrBlock: str
    Ipv4IpamPoolId: str
    Ipv4NetmaskLength: int
    Ipv6IpamPoolId: str
    Ipv6NetmaskLength: int
    Ipv6CidrBlockNetworkBorderGroup: str
    VpcEncryptionControl: VpcEncryptionControlConfiguration
    TagSpecifications: list[TagSpecification]
    DryRun: bool
    InstanceTenancy: str
    AmazonProvidedIpv6CidrBlock: bool


class CreateVpcResult(TypedDict, total=False):
    Vpc: Vpc


class CreditSpecification(TypedDict, total=False):
    CpuCredits: str


class CreditSpecificationRequest(TypedDict, total=False):
    CpuCredits: Required[str]


class DefaultConnectionTrackingConfiguration(TypedDict, total=False):
    DefaultTcpEstablishedTimeout: int
    DefaultUdpTimeout: int
    DefaultUdpStreamTimeout: int


class DeleteInternetGatewayRequest(TypedDict, total=False):
    DryRun: bool
    InternetGatewayId: Required[str]


class DeleteKeyPairRequest(TypedDict, total=False):
    KeyName: str
    KeyPairId: str
    DryRun: bool


class DeleteKeyPairResult(TypedDict, total=False):
    Return: bool
    KeyPairId: str


class DeleteLaunchTemplateRequest(TypedDict, total=False):
    DryRun: bool
    LaunchTemplateId: str
    LaunchTemplateName: str


class DeleteLaunchTemplateResult(TypedDict, total=False):
    LaunchTemplate: LaunchTemplate


class DeleteLaunchTemplateVersionsRequest(TypedDict, total=False):
    DryRun: bool
    LaunchTemplateId: str
    LaunchTemplateName: str
    Versions: Required[list[str]]


class DeleteLaunchTemplateVersionsResponseErrorItem(TypedDict, total=False):
    LaunchTemplateId: str
    LaunchTemplateName: str
    VersionNumber: int
    ResponseError: ResponseError


class DeleteLaunchTemplateVersionsResponseSuccessItem(TypedDict, total=False):
    LaunchTemplateId: str
    LaunchTemplateName: str
    VersionNumber: int


class DeleteLaunchTemplateVersionsResult(TypedDict, total=False):
    SuccessfullyDeletedLaunchTemplateVersions: list[DeleteLaunchTemplateVersionsResponseSuccessItem]
    UnsuccessfullyDeletedLaunchTemplateVersions: list[DeleteLaunchTemplateVersionsResponseErrorItem]


class DeleteNatGatewayRequest(TypedDict, total=False):
    DryRun: bool
    NatGatewayId: Required[str]


class DeleteNatGatewayResult(TypedDict, total=False):
    NatGatewayId: str


class DeleteNetworkInterfaceRequest(TypedDict, total=False):
    DryRun: bool
    NetworkInterfaceId: Required[str]


class DeleteRouteRequest(TypedDict, total=False):
    DestinationPrefixListId: str
    DryRun: bool
    RouteTableId: Required[str]
    DestinationCidrBlock: str
    DestinationIpv6CidrBlock: str


class DeleteRouteTableRequest(TypedDict, total=False):
    DryRun: bool
    RouteTableId: Required[str]


class DeleteSecurityGroupRequest(TypedDict, total=False):
    GroupId: str
    GroupName: str
    DryRun: bool


class DeleteSecurityGroupResult(TypedDict, total=False):
    Return: bool
    GroupId: str


class DeleteSubnetRequest(TypedDict, total=False):
    SubnetId: Required[str]
    DryRun: bool


class DeleteTagsRequest(TypedDict, total=False):
    DryRun: bool
    Resources: Required[list[str]]
    Tags: list[Tag]


class DeleteVpcEndpointsRequest(TypedDict, total=False):
    DryRun: bool
    VpcEndpointIds: Required[list[str]]


class DeleteVpcEndpointsResult(TypedDict, total=False):
    Unsuccessful: list[UnsuccessfulItem]


class DeleteVpcRequest(TypedDict, total=False):
    VpcId: Required[str]
    DryRun: bool


class DescribeAccountAttributesRequest(TypedDict, total=False):
    DryRun: bool
    AttributeNames: list[str]


class DescribeAccountAttributesResult(TypedDict, total=False):
    AccountAttributes: list[AccountAttribute]


class DescribeAddressesAttributeRequest(TypedDict, total=False):
    AllocationIds: list[str]
    Attribute: str
    NextToken: str
    MaxResults: int
    DryRun: bool


class DescribeAddressesAttributeResult(TypedDict, total=False):
    Addresses: list[AddressAttribute]
    NextToken: str


class DescribeAddressesRequest(TypedDict, total=False):
    PublicIps: list[str]
    DryRun: bool
    Filters: list[Filter]
    AllocationIds: list[str]


class DescribeAddressesResult(TypedDict, total=False):
    Addresses: list[Address]


class DescribeAvailabilityZonesRequest(TypedDict, total=False):
    ZoneNames: list[str]
    ZoneIds: list[str]
    AllAvailabilityZones: bool
    DryRun: bool
    Filters: list[Filter]


class DescribeAvailabilityZonesResult(TypedDict, total=False):
    AvailabilityZones: list[AvailabilityZone]


class DescribeDhcpOptionsRequest(TypedDict, total=False):
    DhcpOptionsIds: list[str]
    NextToken: str
    MaxResults: int
    DryRun: bool
    Filters: list[Filter]


class DescribeDhcpOptionsResult(TypedDict, total=False):
    NextToken: str
    DhcpOptions: list[DhcpOptions]


class DescribeIamInstanceProfileAssociationsRequest(TypedDict, total=False):
    AssociationIds: list[str]
    Filters: list[Filter]
    MaxResults: int
    NextToken: str


class DescribeIamInstanceProfileAssociationsResult(TypedDict, total=False):
    IamInstanceProfileAssociations: list[IamInstanceProfileAssociation]
    NextToken: str


class DescribeImagesRequest(TypedDict, total=False):
    ExecutableUsers: list[str]
    ImageIds: list[str]
    Owners: list[str]
    IncludeDeprecated: bool
    IncludeDisabled: bool
    MaxResults: int
    NextToken: str
    DryRun: bool
    Filters: list[Filter]


class DescribeImagesResult(TypedDict, total=False):
    NextToken: str
    Images: list[Image]


class DescribeInstanceAttributeRequest(TypedDict, total=False):
    DryRun: bool
    InstanceId: Required[str]
    Attribute: Required[str]


class DescribeInstanceCreditSpecificationsRequest(TypedDict, total=False):
    DryRun: bool
    Filters: list[Filter]
    InstanceIds: list[str]
    MaxResults: int
    NextToken: str


class DescribeInstanceCreditSpecificationsResult(TypedDict, total=False):
    InstanceCreditSpecifications: list[InstanceCreditSpecification]
    NextToken: str


class DescribeInstanceStatusRequest(TypedDict, total=False):
    InstanceIds: list[str]
    MaxResults: int
    NextToken: str
    IncludeManagedResources: bool
    DryRun: bool
    Filters: list[Filter]
    IncludeAllInstances: bool


class DescribeInstanceStatusResult(TypedDict, total=False):
    InstanceStatuses: list[InstanceStatus]
    NextToken: str


class DescribeInstanceTypeOfferingsRequest(TypedDict, total=False):
    DryRun: bool
    LocationType: str
    Filters: list[Filter]
    MaxResults: int
    NextToken: str


class DescribeInstanceTypeOfferingsResult(TypedDict, total=False):
    InstanceTypeOfferings: list[InstanceTypeOffering]
    NextToken: str


class DescribeInstanceTypesRequest(TypedDict, total=False):
    DryRun: bool
    InstanceTypes: list[str]
    Filters: list[Filter]
    MaxResults: int
    NextToken: str
    IncludeUnsupportedInRegion: bool


class DescribeInstanceTypesResult(TypedDict, total=False):
    InstanceTypes: list[InstanceTypeInfo]
    NextToken: str


class DescribeInstancesRequest(TypedDict, total=False):
    InstanceIds: list[str]
    IncludeManagedResources: bool
    DryRun: bool
    Filters: list[Filter]
    NextToken: str
    MaxResults: int


class DescribeInstancesResult(TypedDict, total=False):
    NextToken: str
    Reservations: list[Reservation]


class DescribeInternetGatewaysRequest(TypedDict, total=False):
    NextToken: str
    MaxResults: int
    DryRun: bool
    InternetGatewayIds: list[str]
    Filters: list[Filter]


class DescribeInternetGatewaysResult(TypedDict, total=False):
    InternetGateways: list[InternetGateway]
    NextToken: str


class DescribeKeyPairsRequest(TypedDict, total=False):
    KeyNames: list[str]
    KeyPairIds: list[str]
    IncludePublicKey: bool
    DryRun: bool
    Filters: list[Filter]


class DescribeKeyPairsResult(TypedDict, total=False):
    KeyPairs: list[KeyPairInfo]


class DescribeLaunchTemplateVersionsRequest(TypedDict, total=False):
    DryRun: bool
    LaunchTemplateId: str
    LaunchTemplateName: str
    Versions: list[str]
    MinVersion: str
    MaxVersion: str
    NextToken: str
    MaxResults: int
    Filters: list[Filter]
    ResolveAlias: bool
    IncludeManagedResources: bool


class DescribeLaunchTemplateVersionsResult(TypedDict, total=False):
    LaunchTemplateVersions: list[LaunchTemplateVersion]
    NextToken: str


class DescribeLaunchTemplatesRequest(TypedDict, total=False):
    DryRun: bool
    LaunchTemplateIds: list[str]
    LaunchTemplateNames: list[str]
    Filters: list[Filter]
    NextToken: str
    MaxResults: int
    IncludeManagedResources: bool


class DescribeLaunchTemplatesResult(TypedDict, total=False):
    LaunchTemplates: list[LaunchTemplate]
    NextToken: str


class DescribeManagedPrefixListsRequest(TypedDict, total=False):
    DryRun: bool
    Filters: list[Filter]
    MaxResults: int
    NextToken: str
    PrefixListIds: list[str]


class DescribeManagedPrefixListsResult(TypedDict, total=False):
    NextToken: str
    PrefixLists: list[ManagedPrefixList]


class DescribeNatGatewaysRequest(TypedDict, total=False):
    DryRun: bool
    Filter: list[Filter]
    MaxResults: int
    NatGatewayIds: list[str]
    NextToken: str


class DescribeNatGatewaysResult(TypedDict, total=False):
    NatGateways: list[NatGateway]
    NextToken: str


class DescribeNetworkAclsRequest(TypedDict, total=False):
    NextToken: str
    MaxResults: int
    DryRun: bool
    NetworkAclIds: list[str]
    Filters: list[Filter]


class DescribeNetworkAclsResult(TypedDict, total=False):
    NetworkAcls: list[NetworkAcl]
    NextToken: str


class DescribeNetworkInterfaceAttributeRequest(TypedDict, total=False):
    DryRun: bool
    NetworkInterfaceId: Required[str]
    Attribute: str


class DescribeNetworkInterfaceAttributeResult(TypedDict, total=False):
    Attachment: NetworkInterfaceAttachment
    Description: AttributeValue
    Groups: list[GroupIdentifier]
    NetworkInterfaceId: str
    SourceDestCheck: AttributeBooleanValue
    AssociatePublicIpAddress: bool


class DescribeNetworkInterfacesRequest(TypedDict, total=False):
    NextToken: str
    MaxResults: int
    IncludeManagedResources: bool
    DryRun: bool
    NetworkInterfaceIds: list[str]
    Filters: list[Filter]


class DescribeNetworkInterfacesResult(TypedDict, total=False):
    NetworkInterfaces: list[NetworkInterface]
    NextToken: str


class DescribePrefixListsRequest(TypedDict, total=False):
    DryRun: bool
    Filters: list[Filter]
    MaxResults: int
    NextToken: str
    PrefixListIds: list[str]


class DescribePrefixListsResult(TypedDict, total=False):
    NextToken: str
    PrefixLists: list[PrefixList]


class DescribeRegionsRequest(TypedDict, total=False):
    RegionNames: list[str]
    AllRegions: bool
    DryRun: bool
    Filters: list[Filter]


class DescribeRegionsResult(TypedDict, total=False):
    Regions: list[Region]


class DescribeRouteTablesRequest(TypedDict, total=False):
    NextToken: str
    MaxResults: int
    DryRun: bool
    RouteTableIds: list[str]
    Filters: list[Filter]


class DescribeRouteTablesResult(TypedDict, total=False):
    RouteTables: list[RouteTable]
    NextToken: str


class DescribeSecurityGroupRulesRequest(TypedDict, total=False):
    Filters: list[Filter]
    SecurityGroupRuleIds: list[str]
    DryRun: bool
    NextToken: str
    MaxResults: int


class DescribeSecurityGroupRulesResult(TypedDict, total=False):
    SecurityGroupRules: list[SecurityGroupRule]
    NextToken: str


class DescribeSecurityGroupsRequest(TypedDict, total=False):
    GroupIds: list[str]
    GroupNames: list[str]
    NextToken: str
    MaxResults: int
    DryRun: bool
    Filters: list[Filter]


class DescribeSecurityGroupsResult(TypedDict, total=False):
    NextToken: str
    SecurityGroups: list[SecurityGroup]


class DescribeSubnetsRequest(TypedDict, total=False):
    Filters: list[Filter]
    SubnetIds: list[str]
    NextToken: str
    MaxResults: int
    DryRun: bool


class DescribeSubnetsResult(TypedDict, total=False):
    NextToken: str
    Subnets: list[Subnet]


class DescribeTagsRequest(TypedDict, total=False):
    DryRun: bool
    Filters: list[Filter]
    MaxResults: int
    NextToken: str


class DescribeTagsResult(TypedDict, total=False):
    NextToken: str
    Tags: list[TagDescription]


class DescribeVolumesRequest(TypedDict, total=False):
    VolumeIds: list[str]
    IncludeManagedResources: bool
    DryRun: bool
    Filters: list[Filter]
    NextToken: str
    MaxResults: int


class DescribeVolumesResult(TypedDict, total=False):
    NextToken: str
    Volumes: list[Volume]


class DescribeVpcAttributeRequest(TypedDict, total=False):
    Attribute: Required[str]
    VpcId: Required[str]
    DryRun: bool


class DescribeVpcAttributeResult(TypedDict, total=False):
    EnableDnsHostnames: AttributeBooleanValue
    EnableDnsSupport: AttributeBooleanValue
    EnableNetworkAddressUsageMetrics: AttributeBooleanValue
    VpcId: str


class DescribeVpcClassicLinkDnsSupportRequest(TypedDict, total=False):
    VpcIds: list[str]
    MaxResults: int
    NextToken: str


class DescribeVpcClassicLinkDnsSupportResult(TypedDict, total=False):
    NextToken: str
    Vpcs: list[ClassicLinkDnsSupport]


class DescribeVpcClassicLinkRequest(TypedDict, total=False):
    DryRun: bool
    VpcIds: list[str]
    Filters: list[Filter]


class DescribeVpcClassicLinkResult(TypedDict, total=False):
    Vpcs: list[VpcClassicLink]


class DescribeVpcEndpointsRequest(TypedDict, total=False):
    DryRun: bool
    VpcEndpointIds: list[str]
    Filters: list[Filter]
    MaxResults: int
    NextToken: str


class DescribeVpcEndpointsResult(TypedDict, total=False):
    VpcEndpoints: list[VpcEndpoint]
    NextToken: str


class DescribeVpcsRequest(TypedDict, total=False):
    Filters: list[Filter]
    VpcIds: list[str]
    NextToken: str
    MaxResults: int
    DryRun: bool


class DescribeVpcsResult(TypedDict, total=False):
    NextToken: str
    Vpcs: list[Vpc]


class DescribeVpnGatewaysRequest(TypedDict, total=False):
    Filters: list[Filter]
    VpnGatewayIds: list[str]
    DryRun: bool


class DescribeVpnGatewaysResult(TypedDict, total=False):
    VpnGateways: list[VpnGateway]


class DetachInternetGatewayRequest(TypedDict, total=False):
    DryRun: bool
    InternetGatewayId: Required[str]
    VpcId: Required[str]


class DetachNetworkInterfaceRequest(TypedDict, total=False):
    DryRun: bool
    AttachmentId: Required[str]
    Force: bool


class DhcpConfiguration(TypedDict, total=False):
    Key: str
    Values: list[AttributeValue]


class DhcpOptions(TypedDict, total=False):
    OwnerId: str
    Tags: list[Tag]
    DhcpOptionsId: str
    DhcpConfigurations: list[DhcpConfiguration]


class DisassociateAddressRequest(TypedDict, total=False):
    AssociationId: str
    PublicIp: str
    DryRun: bool


class DisassociateRouteTableRequest(TypedDict, total=False):
    DryRun: bool
    AssociationId: Required[str]


class DisassociateVpcCidrBlockRequest(TypedDict, total=False):
    AssociationId: Required[str]


class DisassociateVpcCidrBlockResult(TypedDict, total=False):
    Ipv6CidrBlockAssociation: VpcIpv6CidrBlockAssociation
    CidrBlockAssociation: VpcCidrBlockAssociation
    VpcId: str


class DiskInfo(TypedDict, total=False):
    SizeInGB: int
    Count: int
    Type: str


class DnsEntry(TypedDict, total=False):
    DnsName: str
    HostedZoneId: str


class DnsOptions(TypedDict, total=False):
    DnsRecordIpType: str
    PrivateDnsOnlyForInboundResolverEndpoint: bool
    PrivateDnsPreference: str
    PrivateDnsSpecifiedDomains: list[str]


class DnsOptionsSpecification(TypedDict, total=False):
    DnsRecordIpType: str
    PrivateDnsOnlyForInboundResolverEndpoint: bool
    PrivateDnsPreference: str
    PrivateDnsSpecifiedDomains: list[str]


class EbsBlockDevice(TypedDict, total=False):
    DeleteOnTermination: bool
    Iops: int
    SnapshotId: str
    VolumeSize: int
    VolumeType: str
    KmsKeyId: str
    Throughput: int
    OutpostArn: str
    AvailabilityZone: str
    Encrypted: bool
    VolumeInitializationRate: int
    AvailabilityZoneId: str
    EbsCardIndex: int


class EbsCardInfo(TypedDict, total=False):
    EbsCardIndex: int
    BaselineBandwidthInMbps: int
    BaselineThroughputInMBps: float
    BaselineIops: int
    MaximumBandwidthInMbps: int
    MaximumThroughputInMBps: float
    MaximumIops: int


class EbsInfo(TypedDict, total=False):
    EbsOptimizedSupport: str
    EncryptionSupport: str
    EbsOptimizedInfo: EbsOptimizedInfo
    NvmeSupport: str
    MaximumEbsAttachments: int
    AttachmentLimitType: str
    MaximumEbsCards: int
    EbsCards: list[EbsCardInfo]


class EbsInstanceBlockDevice(TypedDict, total=False):
    AttachTime: datetime
    DeleteOnTermination: bool
    Status: str
    VolumeId: str
    AssociatedResource: str
    VolumeOwnerId: str
    Operator: OperatorResponse
    EbsCardIndex: int


class EbsInstanceBlockDeviceSpecification(TypedDict, total=False):
    VolumeId: str
    DeleteOnTermination: bool


class EbsOptimizedInfo(TypedDict, total=False):
    BaselineBandwidthInMbps: int
    BaselineThroughputInMBps: float
    BaselineIops: int
    MaximumBandwidthInMbps: int
    MaximumThroughputInMBps: float
    MaximumIops: int


class EbsStatusDetails(TypedDict, total=False):
    ImpairedSince: datetime
    Name: str
    Status: str


class EbsStatusSummary(TypedDict, total=False):
    Details: list[EbsStatusDetails]
    Status: str


class EfaInfo(TypedDict, total=False):
    MaximumEfaInterfaces: int


class ElasticGpuAssociation(TypedDict, total=False):
    ElasticGpuId: str
    ElasticGpuAssociationId: str
    ElasticGpuAssociationState: str
    ElasticGpuAssociationTime: str


class ElasticGpuSpecification(TypedDict, total=False):
    Type: Required[str]


class ElasticGpuSpecificationResponse(TypedDict, total=False):
    Type: str


class ElasticInferenceAccelerator(TypedDict, total=False):
    Type: Required[str]
    Count: int


class ElasticInferenceAcceleratorAssociation(TypedDict, total=False):
    ElasticInferenceAcceleratorArn: str
    ElasticInferenceAcceleratorAssociationId: str
    ElasticInferenceAcceleratorAssociationState: str
    ElasticInferenceAcceleratorAssociationTime: datetime


class EnaSrdSpecification(TypedDict, total=False):
    EnaSrdEnabled: bool
    EnaSrdUdpSpecification: EnaSrdUdpSpecification


class EnaSrdSpecificationRequest(TypedDict, total=False):
    EnaSrdEnabled: bool
    EnaSrdUdpSpecification: EnaSrdUdpSpecificationRequest


class EnaSrdUdpSpecification(TypedDict, total=False):
    EnaSrdUdpEnabled: bool


class EnaSrdUdpSpecificationRequest(TypedDict, total=False):
    EnaSrdUdpEnabled: bool


class EnclaveOptions(TypedDict, total=False):
    Enabled: bool


class EnclaveOptionsRequest(TypedDict, total=False):
    Enabled: bool


class Filter(TypedDict, total=False):
    Name: str
    Values: list[str]


class FpgaDeviceInfo(TypedDict, total=False):
    Name: str
    Manufacturer: str
    Count: int
    MemoryInfo: FpgaDeviceMemoryInfo


class FpgaDeviceMemoryInfo(TypedDict, total=False):
    SizeInMiB: int


class FpgaInfo(TypedDict, total=False):
    Fpgas: list[FpgaDeviceInfo]
    TotalFpgaMemoryInMiB: int


class GetConsoleOutputRequest(TypedDict, total=False):
    InstanceId: Required[str]
    Latest: bool
    DryRun: bool


class GetConsoleOutputResult(TypedDict, total=False):
    InstanceId: str
    Timestamp: datetime
    Output: str


class GetLaunchTemplateDataRequest(TypedDict, total=False):
    DryRun: bool
    InstanceId: Required[str]


class GetLaunchTemplateDataResult(TypedDict, total=False):
    LaunchTemplateData: ResponseLaunchTemplateData


class GpuDeviceInfo(TypedDict, total=False):
    Name: str
    Manufacturer: str
    Count: int
    LogicalGpuCount: int
    GpuPartitionSize: float
    Workloads: list[str]
    MemoryInfo: GpuDeviceMemoryInfo


class GpuDeviceMemoryInfo(TypedDict, total=False):
    SizeInMiB: int


class GpuInfo(TypedDict, total=False):
    Gpus: list[GpuDeviceInfo]
    TotalGpuMemoryInMiB: int


class GroupIdentifier(TypedDict, total=False):
    GroupId: str
    GroupName: str


class HibernationOptions(TypedDict, total=False):
    Configured: bool


class HibernationOptionsRequest(TypedDict, total=False):
    Configured: bool


class IamInstanceProfile(TypedDict, total=False):
    Arn: str
    Id: str


class IamInstanceProfileAssociation(TypedDict, total=False):
    AssociationId: str
    InstanceId: str
    IamInstanceProfile: IamInstanceProfile
    State: str
    Timestamp: datetime


class IamInstanceProfileSpecification(TypedDict, total=False):
    Arn: str
    Name: str


class IcmpTypeCode(TypedDict, total=False):
    Code: int
    Type: int


class Image(TypedDict, total=False):
    PlatformDetails: str
    UsageOperation: str
    BlockDeviceMappings: list[BlockDeviceMapping]
    Description: str
    EnaSupport: bool
    Hypervisor: str
    ImageOwnerAlias: str
    Name: str
    RootDeviceName: str
    RootDeviceType: str
    SriovNetSupport: str
    StateReason: StateReason
    Tags: list[Tag]
    VirtualizationType: str
    BootMode: str
    TpmSupport: str
    DeprecationTime: str
    ImdsSupport: str
    SourceInstanceId: str
    DeregistrationProtection: str
    LastLaunchedTime: str
    ImageAllowed: bool
    SourceImageId: str
    SourceImageRegion: str
    FreeTierEligible: bool
    PublicSsmParameterName: str
    ImageWatermarks: list[ImageWatermark]
    ScanResults: ScanResults
    InstanceTypeSpecification: InstanceTypeSpecification
    ImageId: str
    ImageLocation: str
    State: str
    OwnerId: str
    CreationDate: str
    Public: bool
    ProductCodes: list[ProductCode]
    Architecture: str
    ImageType: str
    KernelId: str
    RamdiskId: str
    Platform: str


class ImageWatermark(TypedDict, total=False):
    WatermarkKey: str
    SourceImageRegion: str
    SourceImageId: str
    SourceImageCreationTime: datetime
    WatermarkCreationTime: datetime


class ImportKeyPairRequest(TypedDict, total=False):
    TagSpecifications: list[TagSpecification]
    DryRun: bool
    KeyName: Required[str]
    PublicKeyMaterial: Required[bytes]


class ImportKeyPairResult(TypedDict, total=False):
    KeyFingerprint: str
    KeyName: str
    KeyPairId: str
    Tags: list[Tag]


class InferenceAcceleratorInfo(TypedDict, total=False):
    Accelerators: list[InferenceDeviceInfo]
    TotalInferenceMemoryInMiB: int


class InferenceDeviceInfo(TypedDict, total=False):
    Count: int
    Name: str
    Manufacturer: str
    MemoryInfo: InferenceDeviceMemoryInfo


class InferenceDeviceMemoryInfo(TypedDict, total=False):
    SizeInMiB: int


class Instance(TypedDict, total=False):
    Architecture: str
    BlockDeviceMappings: list[InstanceBlockDeviceMapping]
    ClientToken: str
    EbsOptimized: bool
    EnaSupport: bool
    Hypervisor: str
    IamInstanceProfile: IamInstanceProfile
    InstanceLifecycle: str
    ElasticGpuAssociations: list[ElasticGpuAssociation]
    ElasticInferenceAcceleratorAssociations: list[ElasticInferenceAcceleratorAssociation]
    NetworkInterfaces: list[InstanceNetworkInterface]
    OutpostArn: str
    RootDeviceName: str
    RootDeviceType: str
    SecurityGroups: list[GroupIdentifier]
    SourceDestCheck: bool
    SpotInstanceRequestId: str
    SriovNetSupport: str
    StateReason: StateReason
    Tags: list[Tag]
    VirtualizationType: str
    CpuOptions: CpuOptions
    CapacityBlockId: str
    CapacityReservationId: str
    CapacityReservationSpecification: CapacityReservationSpecificationResponse
    HibernationOptions: HibernationOptions
    Licenses: list[LicenseConfiguration]
    MetadataOptions: InstanceMetadataOptionsResponse
    EnclaveOptions: EnclaveOptions
    BootMode: str
    PlatformDetails: str
    UsageOperation: str
    UsageOperationUpdateTime: datetime
    PrivateDnsNameOptions: PrivateDnsNameOptionsResponse
    Ipv6Address: str
    TpmSupport: str
    MaintenanceOptions: InstanceMaintenanceOptions
    CurrentInstanceBootMode: str
    NetworkPerformanceOptions: InstanceNetworkPerformanceOptions
    Operator: OperatorResponse
    SecondaryInterfaces: list[InstanceSecondaryInterface]
    InstanceId: str
    ImageId: str
    State: InstanceState
    PrivateDnsName: str
    PublicDnsName: str
    StateTransitionReason: str
    KeyName: str
    AmiLaunchIndex: int
    ProductCodes: list[ProductCode]
    InstanceType: str
    LaunchTime: datetime
    Placement: Placement
    KernelId: str
    RamdiskId: str
    Platform: str
    Monitoring: Monitoring
    SubnetId: str
    VpcId: str
    PrivateIpAddress: str
    PublicIpAddress: str


class InstanceAttachmentEnaSrdSpecification(TypedDict, total=False):
    EnaSrdEnabled: bool
    EnaSrdUdpSpecification: InstanceAttachmentEnaSrdUdpSpecification


class InstanceAttachmentEnaSrdUdpSpecification(TypedDict, total=False):
    EnaSrdUdpEnabled: bool


class InstanceAttribute(TypedDict, total=False):
    BlockDeviceMappings: list[InstanceBlockDeviceMapping]
    DisableApiTermination: AttributeBooleanValue
    EnaSupport: AttributeBooleanValue
    EnclaveOptions: EnclaveOptions
    EbsOptimized: AttributeBooleanValue
    InstanceId: str
    InstanceInitiatedShutdownBehavior: AttributeValue
    InstanceType: AttributeValue
    KernelId: AttributeValue
    ProductCodes: list[ProductCode]
    RamdiskId: AttributeValue
    RootDeviceName: AttributeValue
    SourceDestCheck: AttributeBooleanValue
    SriovNetSupport: AttributeValue
    UserData: AttributeValue
    DisableApiStop: AttributeBooleanValue
    Groups: list[GroupIdentifier]


class InstanceBlockDeviceMapping(TypedDict, total=False):
    DeviceName: str
    Ebs: EbsInstanceBlockDevice


class InstanceBlockDeviceMappingSpecification(TypedDict, total=False):
    DeviceName: str
    Ebs: EbsInstanceBlockDeviceSpecification
    VirtualName: str
    NoDevice: str


class InstanceCreditSpecification(TypedDict, total=False):
    InstanceId: str
    CpuCredits: str


class InstanceIpv4Prefix(TypedDict, total=False):
    Ipv4Prefix: str


class InstanceIpv6Address(TypedDict, total=False):
    Ipv6Address: str
    IsPrimaryIpv6: bool


class InstanceIpv6AddressRequest(TypedDict, total=False):
    Ipv6Address: str


class InstanceIpv6Prefix(TypedDict, total=False):
    Ipv6Prefix: str


class InstanceMaintenanceOptions(TypedDict, total=False):
    AutoRecovery: str
    RebootMigration: str


class InstanceMaintenanceOptionsRequest(TypedDict, total=False):
    AutoRecovery: str


class InstanceMarketOptionsRequest(TypedDict, total=False):
    MarketType: str
    SpotOptions: SpotMarketOptions


class InstanceMetadataOptionsRequest(TypedDict, total=False):
    HttpTokens: str
    HttpPutResponseHopLimit: int
    HttpEndpoint: str
    HttpProtocolIpv6: str
    InstanceMetadataTags: str


class InstanceMetadataOptionsResponse(TypedDict, total=False):
    State: str
    HttpTokens: str
    HttpPutResponseHopLimit: int
    HttpEndpoint: str
    HttpProtocolIpv6: str
    InstanceMetadataTags: str


class InstanceNetworkInterface(TypedDict, total=False):
    Association: InstanceNetworkInterfaceAssociation
    Attachment: InstanceNetworkInterfaceAttachment
    Description: str
    Groups: list[GroupIdentifier]
    Ipv6Addresses: list[InstanceIpv6Address]
    MacAddress: str
    NetworkInterfaceId: str
    OwnerId: str
    PrivateDnsName: str
    PrivateIpAddress: str
    PrivateIpAddresses: list[InstancePrivateIpAddress]
    SourceDestCheck: bool
    Status: str
    SubnetId: str
    VpcId: str
    InterfaceType: str
    Ipv4Prefixes: list[InstanceIpv4Prefix]
    Ipv6Prefixes: list[InstanceIpv6Prefix]
    ConnectionTrackingConfiguration: ConnectionTrackingSpecificationResponse
    Operator: OperatorResponse


class InstanceNetworkInterfaceAssociation(TypedDict, total=False):
    CarrierIp: str
    CustomerOwnedIp: str
    IpOwnerId: str
    PublicDnsName: str
    PublicIp: str


class InstanceNetworkInterfaceAttachment(TypedDict, total=False):
    AttachTime: datetime
    AttachmentId: str
    DeleteOnTermination: bool
    DeviceIndex: int
    Status: str
    NetworkCardIndex: int
    EnaSrdSpecification: InstanceAttachmentEnaSrdSpecification
    EnaQueueCount: int


class InstanceNetworkInterfaceSpecification(TypedDict, total=False):
    AssociatePublicIpAddress: bool
    DeleteOnTermination: bool
    Description: str
    DeviceIndex: int
    Groups: list[str]
    Ipv6AddressCount: int
    Ipv6Addresses: list[InstanceIpv6Address]
    NetworkInterfaceId: str
    PrivateIpAddress: str
    PrivateIpAddresses: list[PrivateIpAddressSpecification]
    SecondaryPrivateIpAddressCount: int
    SubnetId: str
    AssociateCarrierIpAddress: bool
    InterfaceType: str
    NetworkCardIndex: int
    Ipv4Prefixes: list[Ipv4PrefixSpecificationRequest]
    Ipv4PrefixCount: int
    Ipv6Prefixes: list[Ipv6PrefixSpecificationRequest]
    Ipv6PrefixCount: int
    PrimaryIpv6: bool
    EnaSrdSpecification: EnaSrdSpecificationRequest
    ConnectionTrackingSpecification: ConnectionTrackingSpecificationRequest
    EnaQueueCount: int


class InstanceNetworkPerformanceOptions(TypedDict, total=False):
    BandwidthWeighting: str


class InstanceNetworkPerformanceOptionsRequest(TypedDict, total=False):
    BandwidthWeighting: str


class InstancePrivateIpAddress(TypedDict, total=False):
    Association: InstanceNetworkInterfaceAssociation
    Primary: bool
    PrivateDnsName: str
    PrivateIpAddress: str


class InstanceRequirements(TypedDict, total=False):
    VCpuCount: VCpuCountRange
    MemoryMiB: MemoryMiB
    CpuManufacturers: list[str]
    MemoryGiBPerVCpu: MemoryGiBPerVCpu
    ExcludedInstanceTypes: list[str]
    InstanceGenerations: list[str]
    SpotMaxPricePercentageOverLowestPrice: int
    OnDemandMaxPricePercentageOverLowestPrice: int
    BareMetal: str
    BurstablePerformance: str
    RequireHibernateSupport: bool
    NetworkInterfaceCount: NetworkInterfaceCount
    LocalStorage: str
    LocalStorageTypes: list[str]
    TotalLocalStorageGB: TotalLocalStorageGB
    BaselineEbsBandwidthMbps: BaselineEbsBandwidthMbps
    AcceleratorTypes: list[str]
    AcceleratorCount: AcceleratorCount
    AcceleratorManufacturers: list[str]
    AcceleratorNames: list[str]
    AcceleratorTotalMemoryMiB: AcceleratorTotalMemoryMiB
    NetworkBandwidthGbps: NetworkBandwidthGbps
    AllowedInstanceTypes: list[str]
    MaxSpotPriceAsPercentageOfOptimalOnDemandPrice: int
    BaselinePerformanceFactors: BaselinePerformanceFactors
    RequireEncryptionInTransit: bool


class InstanceRequirementsRequest(TypedDict, total=False):
    VCpuCount: Required[VCpuCountRangeRequest]
    MemoryMiB: Required[MemoryMiBRequest]
    CpuManufacturers: list[str]
    MemoryGiBPerVCpu: MemoryGiBPerVCpuRequest
    ExcludedInstanceTypes: list[str]
    InstanceGenerations: list[str]
    SpotMaxPricePercentageOverLowestPrice: int
    OnDemandMaxPricePercentageOverLowestPrice: int
    BareMetal: str
    BurstablePerformance: str
    RequireHibernateSupport: bool
    NetworkInterfaceCount: NetworkInterfaceCountRequest
    LocalStorage: str
    LocalStorageTypes: list[str]
    TotalLocalStorageGB: TotalLocalStorageGBRequest
    BaselineEbsBandwidthMbps: BaselineEbsBandwidthMbpsRequest
    AcceleratorTypes: list[str]
    AcceleratorCount: AcceleratorCountRequest
    AcceleratorManufacturers: list[str]
    AcceleratorNames: list[str]
    AcceleratorTotalMemoryMiB: AcceleratorTotalMemoryMiBRequest
    NetworkBandwidthGbps: NetworkBandwidthGbpsRequest
    AllowedInstanceTypes: list[str]
    MaxSpotPriceAsPercentageOfOptimalOnDemandPrice: int
    BaselinePerformanceFactors: BaselinePerformanceFactorsRequest
    RequireEncryptionInTransit: bool


class InstanceSecondaryInterface(TypedDict, total=False):
    Attachment: InstanceSecondaryInterfaceAttachment
    MacAddress: str
    SecondaryInterfaceId: str
    OwnerId: str
    PrivateIpAddresses: list[InstanceSecondaryInterfacePrivateIpAddress]
    SourceDestCheck: bool
    Status: str
    SecondarySubnetId: str
    SecondaryNetworkId: str
    InterfaceType: str


class InstanceSecondaryInterfaceAttachment(TypedDict, total=False):
    AttachTime: datetime
    AttachmentId: str
    DeleteOnTermination: bool
    DeviceIndex: int
    Status: str
    NetworkCardIndex: int


class InstanceSecondaryInterfacePrivateIpAddress(TypedDict, total=False):
    PrivateIpAddress: str


class InstanceSecondaryInterfacePrivateIpAddressRequest(TypedDict, total=False):
    PrivateIpAddress: Required[str]


class InstanceSecondaryInterfaceSpecificationRequest(TypedDict, total=False):
    DeleteOnTermination: bool
    DeviceIndex: int
    PrivateIpAddresses: list[InstanceSecondaryInterfacePrivateIpAddressRequest]
    PrivateIpAddressCount: int
    SecondarySubnetId: str
    InterfaceType: str
    NetworkCardIndex: int


class InstanceState(TypedDict, total=False):
    Code: int
    Name: str


class InstanceStateChange(TypedDict, total=False):
    InstanceId: str
    CurrentState: InstanceState
    PreviousState: InstanceState


class InstanceStatus(TypedDict, total=False):
    AvailabilityZone: str
    AvailabilityZoneId: str
    OutpostArn: str
    Operator: OperatorResponse
    Events: list[InstanceStatusEvent]
    InstanceId: str
    InstanceState: InstanceState
    InstanceStatus: InstanceStatusSummary
    SystemStatus: InstanceStatusSummary
    AttachedEbsStatus: EbsStatusSummary
    ApplicationStatus: ApplicationStatusSummary
    PerformanceStatus: PerformanceStatusSummary


class InstanceStatusDetails(TypedDict, total=False):
    ImpairedSince: datetime
    Name: str
    Status: str


class InstanceStatusEvent(TypedDict, total=False):
    InstanceEventId: str
    Code: str
    Description: str
    NotAfter: datetime
    NotBefore: datetime
    NotBeforeDeadline: datetime


class InstanceStatusSummary(TypedDict, total=False):
    Details: list[InstanceStatusDetails]
    Status: str


class InstanceStorageInfo(TypedDict, total=False):
    TotalSizeInGB: int
    Disks: list[DiskInfo]
    NvmeSupport: str
    EncryptionSupport: str


class InstanceTypeInfo(TypedDict, total=False):
    InstanceType: str
    CurrentGeneration: bool
    FreeTierEligible: bool
    SupportedUsageClasses: list[str]
    SupportedRootDeviceTypes: list[str]
    SupportedVirtualizationTypes: list[str]
    BareMetal: bool
    Hypervisor: str
    ProcessorInfo: ProcessorInfo
    VCpuInfo: VCpuInfo
    MemoryInfo: MemoryInfo
    InstanceStorageSupported: bool
    InstanceStorageInfo: InstanceStorageInfo
    EbsInfo: EbsInfo
    NetworkInfo: NetworkInfo
    GpuInfo: GpuInfo
    FpgaInfo: FpgaInfo
    PlacementGroupInfo: PlacementGroupInfo
    InferenceAcceleratorInfo: InferenceAcceleratorInfo
    HibernationSupported: bool
    BurstablePerformanceSupported: bool
    DedicatedHostsSupported: bool
    AutoRecoverySupported: bool
    SupportedBootModes: list[str]
    NitroEnclavesSupport: str
    NitroTpmSupport: str
    NitroTpmInfo: NitroTpmInfo
    MediaAcceleratorInfo: MediaAcceleratorInfo
    NeuronInfo: NeuronInfo
    PhcSupport: str
    RebootMigrationSupport: str
    SupportedInRegion: bool


class InstanceTypeItem(TypedDict, total=False):
    InstanceType: str


class InstanceTypeOffering(TypedDict, total=False):
    InstanceType: str
    LocationType: str
    Location: str


class InstanceTypeSpecification(TypedDict, total=False):
    SupportedInstanceTypes: list[InstanceTypeItem]
    UnsupportedInstanceTypes: list[InstanceTypeItem]


class InternetGateway(TypedDict, total=False):
    Attachments: list[InternetGatewayAttachment]
    InternetGatewayId: str
    OwnerId: str
    Tags: list[Tag]


class InternetGatewayAttachment(TypedDict, total=False):
    State: str
    VpcId: str


class IpPermission(TypedDict, total=False):
    IpProtocol: str
    FromPort: int
    ToPort: int
    UserIdGroupPairs: list[UserIdGroupPair]
    IpRanges: list[IpRange]
    Ipv6Ranges: list[Ipv6Range]
    PrefixListIds: list[PrefixListId]


class IpRange(TypedDict, total=False):
    Description: str
    CidrIp: str


class Ipv4PrefixSpecification(TypedDict, total=False):
    Ipv4Prefix: str


class Ipv4PrefixSpecificationRequest(TypedDict, total=False):
    Ipv4Prefix: str


class Ipv4PrefixSpecificationResponse(TypedDict, total=False):
    Ipv4Prefix: str


class Ipv6PrefixSpecification(TypedDict, total=False):
    Ipv6Prefix: str


class Ipv6PrefixSpecificationRequest(TypedDict, total=False):
    Ipv6Prefix: str


class Ipv6PrefixSpecificationResponse(TypedDict, total=False):
    Ipv6Prefix: str


class Ipv6Range(TypedDict, total=False):
    Description: str
    CidrIpv6: str


class KeyPair(TypedDict, total=False):
    KeyPairId: str
    Tags: list[Tag]
    KeyName: str
    KeyFingerprint: str
    KeyMaterial: str


class KeyPairInfo(TypedDict, total=False):
    KeyPairId: str
    KeyType: str
    Tags: list[Tag]
    PublicKey: str
    CreateTime: datetime
    KeyName: str
    KeyFingerprint: str


class LastError(TypedDict, total=False):
    Message: str
    Code: str


class LaunchTemplate(TypedDict, total=False):
    LaunchTemplateId: str
    LaunchTemplateName: str
    CreateTime: datetime
    CreatedBy: str
    DefaultVersionNumber: int
    LatestVersionNumber: int
    Tags: list[Tag]
    Operator: OperatorResponse


class LaunchTemplateBlockDeviceMapping(TypedDict, total=False):
    DeviceName: str
    VirtualName: str
    Ebs: LaunchTemplateEbsBlockDevice
    NoDevice: str


class LaunchTemplateBlockDeviceMappingRequest(TypedDict, total=False):
    DeviceName: str
    VirtualName: str
    Ebs: LaunchTemplateEbsBlockDeviceRequest
    NoDevice: str


class LaunchTemplateCapacityReservationSpecificationRequest(TypedDict, total=False):
    CapacityReservationPreference: str
    CapacityReservationTarget: CapacityReservationTarget


class LaunchTemplateCapacityReservationSpecificationResponse(TypedDict, total=False):
    CapacityReservationPreference: str
    CapacityReservationTarget: CapacityReservationTargetResponse


class LaunchTemplateCpuOptions(TypedDict, total=False):
    CoreCount: int
    ThreadsPerCore: int
    AmdSevSnp: str
    NestedVirtualization: str


class LaunchTemplateCpuOptionsRequest(TypedDict, total=False):
    CoreCount: int
    ThreadsPerCore: int
    AmdSevSnp: str
    NestedVirtualization: str


class LaunchTemplateEbsBlockDevice(TypedDict, total=False):
    Encrypted: bool
    DeleteOnTermination: bool
    Iops: int
    KmsKeyId: str
    SnapshotId: str
    VolumeSize: int
    VolumeType: str
    Throughput: int
    VolumeInitializationRate: int
    EbsCardIndex: int


class LaunchTemplateEbsBlockDeviceRequest(TypedDict, total=False):
    Encrypted: bool
    DeleteOnTermination: bool
    Iops: int
    KmsKeyId: str
    SnapshotId: str
    VolumeSize: int
    VolumeType: str
    Throughput: int
    VolumeInitializationRate: int
    EbsCardIndex: int


class LaunchTemplateElasticInferenceAccelerator(TypedDict, total=False):
    Type: Required[str]
    Count: int


class LaunchTemplateElasticInferenceAcceleratorResponse(TypedDict, total=False):
    Type: str
    Count: int


class LaunchTemplateEnaSrdSpecification(TypedDict, total=False):
    EnaSrdEnabled: bool
    EnaSrdUdpSpecification: LaunchTemplateEnaSrdUdpSpecification


class LaunchTemplateEnaSrdUdpSpecification(TypedDict, total=False):
    EnaSrdUdpEnabled: bool


class LaunchTemplateEnclaveOptions(TypedDict, total=False):
    Enabled: bool


class LaunchTemplateEnclaveOptionsRequest(TypedDict, total=False):
    Enabled: bool


class LaunchTemplateHibernationOptions(TypedDict, total=False):
    Configured: bool


class LaunchTemplateHibernationOptionsRequest(TypedDict, total=False):
    Configured: bool


class LaunchTemplateIamInstanceProfileSpecification(TypedDict, total=False):
    Arn: str
    Name: str


class LaunchTemplateIamInstanceProfileSpecificationRequest(TypedDict, total=False):
    Arn: str
    Name: str


class LaunchTemplateInstanceMaintenanceOptions(TypedDict, total=False):
    AutoRecovery: str


class LaunchTemplateInstanceMaintenanceOptionsRequest(TypedDict, total=False):
    AutoRecovery: str


class LaunchTemplateInstanceMarketOptions(TypedDict, total=False):
    MarketType: str
    SpotOptions: LaunchTemplateSpotMarketOptions


class LaunchTemplateInstanceMarketOptionsRequest(TypedDict, total=False):
    MarketType: str
    SpotOptions: LaunchTemplateSpotMarketOptionsRequest


class LaunchTemplateInstanceMetadataOptions(TypedDict, total=False):
    State: str
    HttpTokens: str
    HttpPutResponseHopLimit: int
    HttpEndpoint: str
    HttpProtocolIpv6: str
    InstanceMetadataTags: str


class LaunchTemplateInstanceMetadataOptionsRequest(TypedDict, total=False):
    HttpTokens: str
    HttpPutResponseHopLimit: int
    HttpEndpoint: str
    HttpProtocolIpv6: str
    InstanceMetadataTags: str


class LaunchTemplateInstanceNetworkInterfaceSpecification(TypedDict, total=False):
    AssociateCarrierIpAddress: bool
    AssociatePublicIpAddress: bool
    DeleteOnTermination: bool
    Description: str
    DeviceIndex: int
    Groups: list[str]
    InterfaceType: str
    Ipv6AddressCount: int
    Ipv6Addresses: list[InstanceIpv6Address]
    NetworkInterfaceId: str
    PrivateIpAddress: str
    PrivateIpAddresses: list[PrivateIpAddressSpecification]
    SecondaryPrivateIpAddressCount: int
    SubnetId: str
    NetworkCardIndex: int
    Ipv4Prefixes: list[Ipv4PrefixSpecificationResponse]
    Ipv4PrefixCount: int
    Ipv6Prefixes: list[Ipv6PrefixSpecificationResponse]
    Ipv6PrefixCount: int
    PrimaryIpv6: bool
    EnaSrdSpecification: LaunchTemplateEnaSrdSpecification
    ConnectionTrackingSpecification: ConnectionTrackingSpecification
    EnaQueueCount: int


class LaunchTemplateInstanceNetworkInterfaceSpecificationRequest(TypedDict, total=False):
    AssociateCarrierIpAddress: bool
    AssociatePublicIpAddress: bool
    DeleteOnTermination: bool
    Description: str
    DeviceIndex: int
    Groups: list[str]
    InterfaceType: str
    Ipv6AddressCount: int
    Ipv6Addresses: list[InstanceIpv6AddressRequest]
    NetworkInterfaceId: str
    PrivateIpAddress: str
    PrivateIpAddresses: list[PrivateIpAddressSpecification]
    SecondaryPrivateIpAddressCount: int
    SubnetId: str
    NetworkCardIndex: int
    Ipv4Prefixes: list[Ipv4PrefixSpecificationRequest]
    Ipv4PrefixCount: int
    Ipv6Prefixes: list[Ipv6PrefixSpecificationRequest]
    Ipv6PrefixCount: int
    PrimaryIpv6: bool
    EnaSrdSpecification: EnaSrdSpecificationRequest
    ConnectionTrackingSpecification: ConnectionTrackingSpecificationRequest
    EnaQueueCount: int


class LaunchTemplateInstanceSecondaryInterfaceSpecification(TypedDict, total=False):
    DeleteOnTermination: bool
    DeviceIndex: int
    PrivateIpAddresses: list[SecondaryInterfacePrivateIpAddressSpecification]
    PrivateIpAddressCount: int
    SecondarySubnetId: str
    InterfaceType: str
    NetworkCardIndex: int


class LaunchTemplateInstanceSecondaryInterfaceSpecificationRequest(TypedDict, total=False):
    DeleteOnTermination: bool
    DeviceIndex: int
    PrivateIpAddresses: list[SecondaryInterfacePrivateIpAddressSpecificationRequest]
    PrivateIpAddressCount: int
    SecondarySubnetId: str
    InterfaceType: str
    NetworkCardIndex: int


class LaunchTemplateLicenseConfiguration(TypedDict, total=False):
    LicenseConfigurationArn: str


class LaunchTemplateLicenseConfigurationRequest(TypedDict, total=False):
    LicenseConfigurationArn: str


class LaunchTemplateNetworkPerformanceOptions(TypedDict, total=False):
    BandwidthWeighting: str


class LaunchTemplateNetworkPerformanceOptionsRequest(TypedDict, total=False):
    BandwidthWeighting: str


class LaunchTemplatePlacement(TypedDict, total=False):
    AvailabilityZone: str
    AvailabilityZoneId: str
    Affinity: str
    GroupName: str
    HostId: str
    Tenancy: str
    SpreadDomain: str
    HostResourceGroupArn: str
    PartitionNumber: int
    GroupId: str


class LaunchTemplatePlacementRequest(TypedDict, total=False):
    AvailabilityZone: str
    AvailabilityZoneId: str
    Affinity: str
    GroupName: str
    HostId: str
    Tenancy: str
    SpreadDomain: str
    HostResourceGroupArn: str
    PartitionNumber: int
    GroupId: str


class LaunchTemplatePrivateDnsNameOptions(TypedDict, total=False):
    HostnameType: str
    EnableResourceNameDnsARecord: bool
    EnableResourceNameDnsAAAARecord: bool


class LaunchTemplatePrivateDnsNameOptionsRequest(TypedDict, total=False):
    HostnameType: str
    EnableResourceNameDnsARecord: bool
    EnableResourceNameDnsAAAARecord: bool


class LaunchTemplateSpecification(TypedDict, total=False):
    LaunchTemplateId: str
    LaunchTemplateName: str
    Version: str


class LaunchTemplateSpotMarketOptions(TypedDict, total=False):
    MaxPrice: str
    SpotInstanceType: str
    BlockDurationMinutes: int
    ValidUntil: datetime
    InstanceInterruptionBehavior: str


class LaunchTemplateSpotMarketOptionsRequest(TypedDict, total=False):
    MaxPrice: str
    SpotInstanceType: str
    BlockDurationMinutes: int
    ValidUntil: datetime
    InstanceInterruptionBehavior: str


class LaunchTemplateTagSpecification(TypedDict, total=False):
    ResourceType: str
    Tags: list[Tag]


class LaunchTemplateTagSpecificationRequest(TypedDict, total=False):
    ResourceType: str
    Tags: list[Tag]


class LaunchTemplateVersion(TypedDict, total=False):
    LaunchTemplateId: str
    LaunchTemplateName: str
    VersionNumber: int
    VersionDescription: str
    CreateTime: datetime
    CreatedBy: str
    DefaultVersion: bool
    LaunchTemplateData: ResponseLaunchTemplateData
    Operator: OperatorResponse


class LaunchTemplatesMonitoring(TypedDict, total=False):
    Enabled: bool
    MetricCategoryIds: list[str]


class LaunchTemplatesMonitoringRequest(TypedDict, total=False):
    Enabled: bool
    MetricCategoryIds: list[str]


class LicenseConfiguration(TypedDict, total=False):
    LicenseConfigurationArn: str


class LicenseConfigurationRequest(TypedDict, total=False):
    LicenseConfigurationArn: str


class ManagedPrefixList(TypedDict, total=False):
    PrefixListId: str
    AddressFamily: str
    State: str
    StateMessage: str
    PrefixListArn: str
    PrefixListName: str
    MaxEntries: int
    Version: int
    Tags: list[Tag]
    OwnerId: str
    IpamPrefixListResolverTargetId: str
    IpamPrefixListResolverSyncEnabled: bool


class MediaAcceleratorInfo(TypedDict, total=False):
    Accelerators: list[MediaDeviceInfo]
    TotalMediaMemoryInMiB: int


class MediaDeviceInfo(TypedDict, total=False):
    Count: int
    Name: str
    Manufacturer: str
    MemoryInfo: MediaDeviceMemoryInfo


class MediaDeviceMemoryInfo(TypedDict, total=False):
    SizeInMiB: int


class MemoryGiBPerVCpu(TypedDict, total=False):
    Min: float
    Max: float


class MemoryGiBPerVCpuRequest(TypedDict, total=False):
    Min: float
    Max: float


class MemoryInfo(TypedDict, total=False):
    SizeInMiB: int


class MemoryMiB(TypedDict, total=False):
    Min: int
    Max: int


class MemoryMiBRequest(TypedDict, total=False):
    Min: Required[int]
    Max: int


class ModifyInstanceAttributeRequest(TypedDict, total=False):
    SourceDestCheck: AttributeBooleanValue
    EnclaveOptions: EnclaveOptionsRequest
    DisableApiStop: AttributeBooleanValue
    DryRun: bool
    InstanceId: Required[str]
    Attribute: str
    Value: str
    BlockDeviceMappings: list[InstanceBlockDeviceMappingSpecification]
    DisableApiTermination: AttributeBooleanValue
    InstanceType: AttributeValue
    Kernel: AttributeValue
    Ramdisk: AttributeValue
    UserData: SecureBlobAttributeValue
    InstanceInitiatedShutdownBehavior: AttributeValue
    Groups: list[str]
    EbsOptimized: AttributeBooleanValue
    SriovNetSupport: AttributeValue
    EnaSupport: AttributeBooleanValue


class ModifyLaunchTemplateRequest(TypedDict, total=False):
    DryRun: bool
    ClientToken: str
    LaunchTemplateId: str
    LaunchTemplateName: str
    DefaultVersion: str


class ModifyLaunchTemplateResult(TypedDict, total=False):
    LaunchTemplate: LaunchTemplate


class ModifyNetworkInterfaceAttributeRequest(TypedDict, total=False):
    EnaSrdSpecification: EnaSrdSpecification
    EnablePrimaryIpv6: bool
    ConnectionTrackingSpecification: ConnectionTrackingSpecificationRequest
    AssociatePublicIpAddress: bool
    AssociatedSubnetIds: list[str]
    DryRun: bool
    NetworkInterfaceId: Required[str]
    Description: AttributeValue
    SourceDestCheck: AttributeBooleanValue
    Groups: list[str]
    Attachment: NetworkInterfaceAttachmentChanges


class ModifySecurityGroupRulesRequest(TypedDict, total=False):
    GroupId: Required[str]
    SecurityGroupRules: Required[list[SecurityGroupRuleUpdate]]
    DryRun: bool


class ModifySecurityGroupRulesResult(TypedDict, total=False):
    Return: bool


class ModifySubnetAttributeRequest(TypedDict, total=False):
    AssignIpv6AddressOnCreation: AttributeBooleanValue
    MapPublicIpOnLaunch: AttributeBooleanValue
    SubnetId: Required[str]
    MapCustomerOwnedIpOnLaunch: AttributeBooleanValue
    CustomerOwnedIpv4Pool: str
    EnableDns64: AttributeBooleanValue
    PrivateDnsHostnameTypeOnLaunch: str
    EnableResourceNameDnsARecordOnLaunch: AttributeBooleanValue
    EnableResourceNameDnsAAAARecordOnLaunch: AttributeBooleanValue
    EnableLniAtDeviceIndex: int
    DisableLniAtDeviceIndex: AttributeBooleanValue


class ModifyVpcAttributeRequest(TypedDict, total=False):
    EnableDnsHostnames: AttributeBooleanValue
    EnableDnsSupport: AttributeBooleanValue
    VpcId: Required[str]
    EnableNetworkAddressUsageMetrics: AttributeBooleanValue


class ModifyVpcEndpointRequest(TypedDict, total=False):
    DryRun: bool
    VpcEndpointId: Required[str]
    ResetPolicy: bool
    PolicyDocument: str
    AddRouteTableIds: list[str]
    RemoveRouteTableIds: list[str]
    AddSubnetIds: list[str]
    RemoveSubnetIds: list[str]
    AddSecurityGroupIds: list[str]
    RemoveSecurityGroupIds: list[str]
    IpAddressType: str
    DnsOptions: DnsOptionsSpecification
    PrivateDnsEnabled: bool
    SubnetConfigurations: list[SubnetConfiguration]


class ModifyVpcEndpointResult(TypedDict, total=False):
    Return: bool


class Monitoring(TypedDict, total=False):
    MetricCategoryIds: list[str]
    State: str


class NatGateway(TypedDict, total=False):
    CreateTime: datetime
    DeleteTime: datetime
    FailureCode: str
    FailureMessage: str
    NatGatewayAddresses: list[NatGatewayAddress]
    NatGatewayId: str
    ProvisionedBandwidth: ProvisionedBandwidth
    State: str
    SubnetId: str
    VpcId: str
    Tags: list[Tag]
    ConnectivityType: str
    AvailabilityMode: str
    AutoScalingIps: str
    AutoProvisionZones: str
    AttachedAppliances: list[NatGatewayAttachedAppliance]
    RouteTableId: str


class NatGatewayAddress(TypedDict, total=False):
    AllocationId: str
    NetworkInterfaceId: str
    PrivateIp: str
    PublicIp: str
    AssociationId: str
    IsPrimary: bool
    FailureMessage: str
    Status: str
    AvailabilityZone: str
    AvailabilityZoneId: str


class NatGatewayAttachedAppliance(TypedDict, total=False):
    Type: str
    ApplianceArn: str
    VpcEndpointId: str
    AttachmentState: str
    ModificationState: str
    FailureCode: str
    FailureMessage: str


class NetworkAcl(TypedDict, total=False):
    Associations: list[NetworkAclAssociation]
    Entries: list[NetworkAclEntry]
    IsDefault: bool
    NetworkAclId: str
    Tags: list[Tag]
    VpcId: str
    OwnerId: str


class NetworkAclAssociation(TypedDict, total=False):
    NetworkAclAssociationId: str
    NetworkAclId: str
    SubnetId: str


class NetworkAclEntry(TypedDict, total=False):
    CidrBlock: str
    Egress: bool
    IcmpTypeCode: IcmpTypeCode
    Ipv6CidrBlock: str
    PortRange: PortRange
    Protocol: str
    RuleAction: str
    RuleNumber: int


class NetworkBandwidthGbps(TypedDict, total=False):
    Min: float
    Max: float


class NetworkBandwidthGbpsRequest(TypedDict, total=False):
    Min: float
    Max: float


class NetworkCardInfo(TypedDict, total=False):
    NetworkCardIndex: int
    NetworkPerformance: str
    MaximumNetworkInterfaces: int
    AdditionalFlexibleNetworkInterfaces: int
    BaselineBandwidthInGbps: float
    PeakBandwidthInGbps: float
    DefaultEnaQueueCountPerInterface: int
    MaximumEnaQueueCount: int
    MaximumEnaQueueCountPerInterface: int
    InterfaceTypes: list[str]


class NetworkInfo(TypedDict, total=False):
    NetworkPerformance: str
    MaximumNetworkInterfaces: int
    MaximumNetworkCards: int
    DefaultNetworkCardIndex: int
    NetworkCards: list[NetworkCardInfo]
    Ipv4AddressesPerInterface: int
    Ipv6AddressesPerInterface: int
    Ipv6Supported: bool
    EnaSupport: str
    EfaSupported: bool
    EfaInfo: EfaInfo
    EncryptionInTransitSupported: bool
    EnaSrdSupported: bool
    BandwidthWeightings: list[str]
    FlexibleEnaQueuesSupport: str
    ConnectionTrackingConfiguration: DefaultConnectionTrackingConfiguration
    SecondaryNetworkSupported: bool
    MaximumSecondaryNetworkInterfaces: int
    Ipv4AddressesPerSecondaryInterface: int


class NetworkInterface(TypedDict, total=False):
    Association: NetworkInterfaceAssociation
    Attachment: NetworkInterfaceAttachment
    AvailabilityZone: str
    ConnectionTrackingConfiguration: ConnectionTrackingConfiguration
    Description: str
    Groups: list[GroupIdentifier]
    InterfaceType: str
    Ipv6Addresses: list[NetworkInterfaceIpv6Address]
    MacAddress: str
    NetworkInterfaceId: str
    OutpostArn: str
    OwnerId: str
    PrivateDnsName: str
    PublicDnsName: str
    PublicIpDnsNameOptions: PublicIpDnsNameOptions
    PrivateIpAddress: str
    PrivateIpAddresses: list[NetworkInterfacePrivateIpAddress]
    Ipv4Prefixes: list[Ipv4PrefixSpecification]
    Ipv6Prefixes: list[Ipv6PrefixSpecification]
    RequesterId: str
    RequesterManaged: bool
    SourceDestCheck: bool
    Status: str
    SubnetId: str
    TagSet: list[Tag]
    VpcId: str
    DenyAllIgwTraffic: bool
    Ipv6Native: bool
    Ipv6Address: str
    Operator: OperatorResponse
    AssociatedSubnets: list[str]
    AvailabilityZoneId: str


class NetworkInterfaceAssociation(TypedDict, total=False):
    AllocationId: str
    AssociationId: str
    IpOwnerId: str
    PublicDnsName: str
    PublicIp: str
    CustomerOwnedIp: str
    CarrierIp: str


class NetworkInterfaceAttachment(TypedDict, total=False):
    AttachTime: datetime
    AttachmentId: str
    DeleteOnTermination: bool
    DeviceIndex: int
    NetworkCardIndex: int
    InstanceId: str
    InstanceOwnerId: str
    Status: str
    EnaSrdSpecification: AttachmentEnaSrdSpecification
    EnaQueueCount: int


class NetworkInterfaceAttachmentChanges(TypedDict, total=False):
    DefaultEnaQueueCount: bool
    EnaQueueCount: int
    AttachmentId: str
    DeleteOnTermination: bool


class NetworkInterfaceCount(TypedDict, total=False):
    Min: int
    Max: int


class NetworkInterfaceCountRequest(TypedDict, total=False):
    Min: int
    Max: int


class NetworkInterfaceIpv6Address(TypedDict, total=False):
    Ipv6Address: str
    PublicIpv6DnsName: str
    IsPrimaryIpv6: bool


class NetworkInterfacePrivateIpAddress(TypedDict, total=False):
    Association: NetworkInterfaceAssociation
    Primary: bool
    PrivateDnsName: str
    PrivateIpAddress: str


class NeuronDeviceCoreInfo(TypedDict, total=False):
    Count: int
    Version: int


class NeuronDeviceInfo(TypedDict, total=False):
    Count: int
    Name: str
    CoreInfo: NeuronDeviceCoreInfo
    MemoryInfo: NeuronDeviceMemoryInfo


class NeuronDeviceMemoryInfo(TypedDict, total=False):
    SizeInMiB: int


class NeuronInfo(TypedDict, total=False):
    NeuronDevices: list[NeuronDeviceInfo]
    TotalNeuronDeviceMemoryInMiB: int


class NitroTpmInfo(TypedDict, total=False):
    SupportedVersions: list[str]


class OperatorRequest(TypedDict, total=False):
    Principal: str


class OperatorResponse(TypedDict, total=False):
    Managed: bool
    Principal: str
    HiddenByDefault: bool


class PayerResponsibilityEntry(TypedDict, total=False):
    Scope: str
    PayerResponsibilityType: str


class PerformanceFactorReference(TypedDict, total=False):
    InstanceFamily: str


class PerformanceFactorReferenceRequest(TypedDict, total=False):
    InstanceFamily: str


class PerformanceStatusSummary(TypedDict, total=False):
    Status: str
    ImpairedSince: datetime
    Remediation: str


class Placement(TypedDict, total=False):
    AvailabilityZoneId: str
    Affinity: str
    GroupName: str
    PartitionNumber: int
    HostId: str
    Tenancy: str
    SpreadDomain: str
    HostResourceGroupArn: str
    GroupId: str
    AvailabilityZone: str


class PlacementGroupInfo(TypedDict, total=False):
    SupportedStrategies: list[str]


class PortRange(TypedDict, total=False):
    From: int
    To: int


class PrefixList(TypedDict, total=False):
    Cidrs: list[str]
    PrefixListId: str
    PrefixListName: str


class PrefixListId(TypedDict, total=False):
    Description: str
    PrefixListId: str


class PrivateDnsNameOptionsOnLaunch(TypedDict, total=False):
    HostnameType: str
    EnableResourceNameDnsARecord: bool
    EnableResourceNameDnsAAAARecord: bool


class PrivateDnsNameOptionsRequest(TypedDict, total=False):
    HostnameType: str
    EnableResourceNameDnsARecord: bool
    EnableResourceNameDnsAAAARecord: bool


class PrivateDnsNameOptionsResponse(TypedDict, total=False):
    HostnameType: str
    EnableResourceNameDnsARecord: bool
    EnableResourceNameDnsAAAARecord: bool


class PrivateIpAddressSpecification(TypedDict, total=False):
    Primary: bool
    PrivateIpAddress: str


class ProcessorInfo(TypedDict, total=False):
    SupportedArchitectures: list[str]
    SustainedClockSpeedInGhz: float
    SupportedFeatures: list[str]
    Manufacturer: str


class ProductCode(TypedDict, total=False):
    ProductCodeId: str
    ProductCodeType: str


class PropagatingVgw(TypedDict, total=False):
    GatewayId: str


class ProvisionedBandwidth(TypedDict, total=False):
    ProvisionTime: datetime
    Provisioned: str
    RequestTime: datetime
    Requested: str
    Status: str


class PtrUpdateStatus(TypedDict, total=False):
    Value: str
    Status: str
    Reason: str


class PublicIpDnsNameOptions(TypedDict, total=False):
    DnsHostnameType: str
    PublicIpv4DnsName: str
    PublicIpv6DnsName: str
    PublicDualStackDnsName: str


class RebootInstancesRequest(TypedDict, total=False):
    InstanceIds: Required[list[str]]
    DryRun: bool


class ReferencedSecurityGroup(TypedDict, total=False):
    GroupId: str
    PeeringStatus: str
    UserId: str
    VpcId: str
    VpcPeeringConnectionId: str


class Region(TypedDict, total=False):
    OptInStatus: str
    Geography: list[RegionGeography]
    RegionName: str
    Endpoint: str


class RegionGeography(TypedDict, total=False):
    Name: str


class ReleaseAddressRequest(TypedDict, total=False):
    AllocationId: str
    PublicIp: str
    NetworkBorderGroup: str
    DryRun: bool


class ReplaceRouteRequest(TypedDict, total=False):
    DestinationPrefixListId: str
    VpcEndpointId: str
    LocalTarget: bool
    TransitGatewayId: str
    LocalGatewayId: str
    CarrierGatewayId: str
    CoreNetworkArn: str
    OdbNetworkArn: str
    DryRun: bool
    RouteTableId: Required[str]
    DestinationCidrBlock: str
    GatewayId: str
    DestinationIpv6CidrBlock: str
    EgressOnlyInternetGatewayId: str
    InstanceId: str
    NetworkInterfaceId: str
    VpcPeeringConnectionId: str
    NatGatewayId: str


class ReplaceRouteTableAssociationRequest(TypedDict, total=False):
    DryRun: bool
    AssociationId: Required[str]
    RouteTableId: Required[str]


class ReplaceRouteTableAssociationResult(TypedDict, total=False):
    NewAssociationId: str
    AssociationState: RouteTableAssociationState


class RequestLaunchTemplateData(TypedDict, total=False):
    KernelId: str
    EbsOptimized: bool
    IamInstanceProfile: LaunchTemplateIamInstanceProfileSpecificationRequest
    BlockDeviceMappings: list[LaunchTemplateBlockDeviceMappingRequest]
    NetworkInterfaces: list[LaunchTemplateInstanceNetworkInterfaceSpecificationRequest]
    ImageId: str
    InstanceType: str
    KeyName: str
    Monitoring: LaunchTemplatesMonitoringRequest
    Placement: LaunchTemplatePlacementRequest
    RamDiskId: str
    DisableApiTermination: bool
    InstanceInitiatedShutdownBehavior: str
    UserData: str
    TagSpecifications: list[LaunchTemplateTagSpecificationRequest]
    ElasticGpuSpecifications: list[ElasticGpuSpecification]
    ElasticInferenceAccelerators: list[LaunchTemplateElasticInferenceAccelerator]
    SecurityGroupIds: list[str]
    SecurityGroups: list[str]
    InstanceMarketOptions: LaunchTemplateInstanceMarketOptionsRequest
    CreditSpecification: CreditSpecificationRequest
    CpuOptions: LaunchTemplateCpuOptionsRequest
    CapacityReservationSpecification: LaunchTemplateCapacityReservationSpecificationRequest
    LicenseSpecifications: list[LaunchTemplateLicenseConfigurationRequest]
    HibernationOptions: LaunchTemplateHibernationOptionsRequest
    MetadataOptions: LaunchTemplateInstanceMetadataOptionsRequest
    EnclaveOptions: LaunchTemplateEnclaveOptionsRequest
    InstanceRequirements: InstanceRequirementsRequest
    PrivateDnsNameOptions: LaunchTemplatePrivateDnsNameOptionsRequest
    MaintenanceOptions: LaunchTemplateInstanceMaintenanceOptionsRequest
    DisableApiStop: bool
    Operator: OperatorRequest
    NetworkPerformanceOptions: LaunchTemplateNetworkPerformanceOptionsRequest
    SecondaryInterfaces: list[LaunchTemplateInstanceSecondaryInterfaceSpecificationRequest]


class Reservation(TypedDict, total=False):
    ReservationId: str
    OwnerId: str
    RequesterId: str
    Groups: list[GroupIdentifier]
    Instances: list[Instance]


class ResponseError(TypedDict, total=False):
    Code: str
    Message: str


class ResponseLaunchTemplateData(TypedDict, total=False):
    KernelId: str
    EbsOptimized: bool
    IamInstanceProfile: LaunchTemplateIamInstanceProfileSpecification
    BlockDeviceMappings: list[LaunchTemplateBlockDeviceMapping]
    NetworkInterfaces: list[LaunchTemplateInstanceNetworkInterfaceSpecification]
    ImageId: str
    InstanceType: str
    KeyName: str
    Monitoring: LaunchTemplatesMonitoring
    Placement: LaunchTemplatePlacement
    RamDiskId: str
    DisableApiTermination: bool
    InstanceInitiatedShutdownBehavior: str
    UserData: str
    TagSpecifications: list[LaunchTemplateTagSpecification]
    ElasticGpuSpecifications: list[ElasticGpuSpecificationResponse]
    ElasticInferenceAccelerators: list[LaunchTemplateElasticInferenceAcceleratorResponse]
    SecurityGroupIds: list[str]
    SecurityGroups: list[str]
    InstanceMarketOptions: LaunchTemplateInstanceMarketOptions
    CreditSpecification: CreditSpecification
    CpuOptions: LaunchTemplateCpuOptions
    CapacityReservationSpecification: LaunchTemplateCapacityReservationSpecificationResponse
    LicenseSpecifications: list[LaunchTemplateLicenseConfiguration]
    HibernationOptions: LaunchTemplateHibernationOptions
    MetadataOptions: LaunchTemplateInstanceMetadataOptions
    EnclaveOptions: LaunchTemplateEnclaveOptions
    InstanceRequirements: InstanceRequirements
    PrivateDnsNameOptions: LaunchTemplatePrivateDnsNameOptions
    MaintenanceOptions: LaunchTemplateInstanceMaintenanceOptions
    DisableApiStop: bool
    Operator: OperatorResponse
    NetworkPerformanceOptions: LaunchTemplateNetworkPerformanceOptions
    SecondaryInterfaces: list[LaunchTemplateInstanceSecondaryInterfaceSpecification]


class RevokeSecurityGroupEgressRequest(TypedDict, total=False):
    SecurityGroupRuleIds: list[str]
    DryRun: bool
    GroupId: Required[str]
    SourceSecurityGroupName: str
    SourceSecurityGroupOwnerId: str
    IpProtocol: str
    FromPort: int
    ToPort: int
    CidrIp: str
    IpPermissions: list[IpPermission]


class RevokeSecurityGroupEgressResult(TypedDict, total=False):
    Return: bool
    UnknownIpPermissions: list[IpPermission]
    RevokedSecurityGroupRules: list[RevokedSecurityGroupRule]


class RevokeSecurityGroupIngressRequest(TypedDict, total=False):
    CidrIp: str
    FromPort: int
    GroupId: str
    GroupName: str
    IpPermissions: list[IpPermission]
    IpProtocol: str
    SourceSecurityGroupName: str
    SourceSecurityGroupOwnerId: str
    ToPort: int
    SecurityGroupRuleIds: list[str]
    DryRun: bool


class RevokeSecurityGroupIngressResult(TypedDict, total=False):
    Return: bool
    UnknownIpPermissions: list[IpPermission]
    RevokedSecurityGroupRules: list[RevokedSecurityGroupRule]


class RevokedSecurityGroupRule(TypedDict, total=False):
    SecurityGroupRuleId: str
    GroupId: str
    IsEgress: bool
    IpProtocol: str
    FromPort: int
    ToPort: int
    CidrIpv4: str
    CidrIpv6: str
    PrefixListId: str
    ReferencedGroupId: str
    Description: str


class Route(TypedDict, total=False):
    DestinationCidrBlock: str
    DestinationIpv6CidrBlock: str
    DestinationPrefixListId: str
    EgressOnlyInternetGatewayId: str
    GatewayId: str
    InstanceId: str
    InstanceOwnerId: str
    NatGatewayId: str
    TransitGatewayId: str
    LocalGatewayId: str
    CarrierGatewayId: str
    NetworkInterfaceId: str
    Origin: str
    State: str
    VpcPeeringConnectionId: str
    CoreNetworkArn: str
    OdbNetworkArn: str
    IpAddress: str


class RouteTable(TypedDict, total=False):
    Associations: list[RouteTableAssociation]
    PropagatingVgws: list[PropagatingVgw]
    RouteTableId: str
    Routes: list[Route]
    Tags: list[Tag]
    VpcId: str
    OwnerId: str


class RouteTableAssociation(TypedDict, total=False):
    Main: bool
    RouteTableAssociationId: str
    RouteTableId: str
    SubnetId: str
    GatewayId: str
    PublicIpv4Pool: str
    AssociationState: RouteTableAssociationState


class RouteTableAssociationState(TypedDict, total=False):
    State: str
    StatusMessage: str


class RunInstancesMonitoringEnabled(TypedDict, total=False):
    MetricCategoryIds: list[str]
    Enabled: Required[bool]


class RunInstancesRequest(TypedDict, total=False):
    BlockDeviceMappings: list[BlockDeviceMapping]
    ImageId: str
    InstanceType: str
    Ipv6AddressCount: int
    Ipv6Addresses: list[InstanceIpv6Address]
    KernelId: str
    KeyName: str
    MaxCount: Required[int]
    MinCount: Required[int]
    Monitoring: RunInstancesMonitoringEnabled
    Placement: Placement
    RamdiskId: str
    SecurityGroupIds: list[str]
    SecurityGroups: list[str]
    SubnetId: str
    UserData: str
    ElasticGpuSpecification: list[ElasticGpuSpecification]
    ElasticInferenceAccelerators: list[ElasticInferenceAccelerator]
    TagSpecifications: list[TagSpecification]
    LaunchTemplate: LaunchTemplateSpecification
    InstanceMarketOptions: InstanceMarketOptionsRequest
    CreditSpecification: CreditSpecificationRequest
    CpuOptions: CpuOptionsRequest
    CapacityReservationSpecification: CapacityReservationSpecification
    HibernationOptions: HibernationOptionsRequest
    LicenseSpecifications: list[LicenseConfigurationRequest]
    MetadataOptions: InstanceMetadataOptionsRequest
    EnclaveOptions: EnclaveOptionsRequest
    PrivateDnsNameOptions: PrivateDnsNameOptionsRequest
    MaintenanceOptions: InstanceMaintenanceOptionsRequest
    DisableApiStop: bool
    EnablePrimaryIpv6: bool
    NetworkPerformanceOptions: InstanceNetworkPerformanceOptionsRequest
    Operator: OperatorRequest
    SecondaryInterfaces: list[InstanceSecondaryInterfaceSpecificationRequest]
    DryRun: bool
    DisableApiTermination: bool
    InstanceInitiatedShutdownBehavior: str
    PrivateIpAddress: str
    ClientToken: str
    AdditionalInfo: str
    NetworkInterfaces: list[InstanceNetworkInterfaceSpecification]
    IamInstanceProfile: IamInstanceProfileSpecification
    EbsOptimized: bool


class ScanResults(TypedDict, total=False):
    HighestFindingSeverityLabel: str
    FindingScanDate: datetime
    InformationalFixAvailableSince: datetime
    LowFixAvailableSince: datetime
    MediumFixAvailableSince: datetime
    HighFixAvailableSince: datetime
    CriticalFixAvailableSince: datetime


class SecondaryInterfacePrivateIpAddressSpecification(TypedDict, total=False):
    PrivateIpAddress: str


class SecondaryInterfacePrivateIpAddressSpecificationRequest(TypedDict, total=False):
    PrivateIpAddress: str


class SecureBlobAttributeValue(TypedDict, total=False):
    Value: bytes


class SecurityGroup(TypedDict, total=False):
    GroupId: str
    IpPermissionsEgress: list[IpPermission]
    Tags: list[Tag]
    VpcId: str
    SecurityGroupArn: str
    OwnerId: str
    GroupName: str
    Description: str
    IpPermissions: list[IpPermission]


class SecurityGroupIdentifier(TypedDict, total=False):
    GroupId: str
    GroupName: str


class SecurityGroupRule(TypedDict, total=False):
    SecurityGroupRuleId: str
    GroupId: str
    GroupOwnerId: str
    IsEgress: bool
    IpProtocol: str
    FromPort: int
    ToPort: int
    CidrIpv4: str
    CidrIpv6: str
    PrefixListId: str
    ReferencedGroupInfo: ReferencedSecurityGroup
    Description: str
    Tags: list[Tag]
    SecurityGroupRuleArn: str


class SecurityGroupRuleDescription(TypedDict, total=False):
    SecurityGroupRuleId: str
    Description: str


class SecurityGroupRuleRequest(TypedDict, total=False):
    IpProtocol: str
    FromPort: int
    ToPort: int
    CidrIpv4: str
    CidrIpv6: str
    PrefixListId: str
    ReferencedGroupId: str
    Description: str


class SecurityGroupRuleUpdate(TypedDict, total=False):
    SecurityGroupRuleId: Required[str]
    SecurityGroupRule: SecurityGroupRuleRequest


class SpotMarketOptions(TypedDict, total=False):
    MaxPrice: str
    SpotInstanceType: str
    BlockDurationMinutes: int
    ValidUntil: datetime
    InstanceInterruptionBehavior: str


class StartInstancesRequest(TypedDict, total=False):
    InstanceIds: Required[list[str]]
    AdditionalInfo: str
    DryRun: bool


class StartInstancesResult(TypedDict, total=False):
    StartingInstances: list[InstanceStateChange]


class StateReason(TypedDict, total=False):
    Code: str
    Message: str


class StopInstancesRequest(TypedDict, total=False):
    InstanceIds: Required[list[str]]
    Hibernate: bool
    SkipOsShutdown: bool
    DryRun: bool
    Force: bool


class StopInstancesResult(TypedDict, total=False):
    StoppingInstances: list[InstanceStateChange]


class Subnet(TypedDict, total=False):
    AvailabilityZoneId: str
    EnableLniAtDeviceIndex: int
    MapCustomerOwnedIpOnLaunch: bool
    CustomerOwnedIpv4Pool: str
    OwnerId: str
    AssignIpv6AddressOnCreation: bool
    Ipv6CidrBlockAssociationSet: list[SubnetIpv6CidrBlockAssociation]
    Tags: list[Tag]
    SubnetArn: str
    OutpostArn: str
    EnableDns64: bool
    Ipv6Native: bool
    PrivateDnsNameOptionsOnLaunch: PrivateDnsNameOptionsOnLaunch
    BlockPublicAccessStates: BlockPublicAccessStates
    Type: str
    SubnetId: str
    State: str
    VpcId: str
    CidrBlock: str
    AvailableIpAddressCount: int
    AvailabilityZone: str
    DefaultForAz: bool
    MapPublicIpOnLaunch: bool


class SubnetCidrBlockState(TypedDict, total=False):
    State: str
    StatusMessage: str


class SubnetConfiguration(TypedDict, total=False):
    SubnetId: str
    Ipv4: str
    Ipv6: str


class SubnetIpPrefixes(TypedDict, total=False):
    SubnetId: str
    IpPrefixes: list[str]


class SubnetIpv6CidrBlockAssociation(TypedDict, total=False):
    AssociationId: str
    Ipv6CidrBlock: str
    Ipv6CidrBlockState: SubnetCidrBlockState
    Ipv6AddressAttribute: str
    IpSource: str


class Tag(TypedDict, total=False):
    Key: str
    Value: str


class TagDescription(TypedDict, total=False):
    Key: str
    ResourceId: str
    ResourceType: str
    Value: str


class TagSpecification(TypedDict, total=False):
    ResourceType: str
    Tags: list[Tag]


class TerminateInstancesRequest(TypedDict, total=False):
    InstanceIds: Required[list[str]]
    Force: bool
    SkipOsShutdown: bool
    DryRun: bool


class TerminateInstancesResult(TypedDict, total=False):
    TerminatingInstances: list[InstanceStateChange]


class TotalLocalStorageGB(TypedDict, total=False):
    Min: float
    Max: float


class TotalLocalStorageGBRequest(TypedDict, total=False):
    Min: float
    Max: float


class UnsuccessfulItem(TypedDict, total=False):
    Error: UnsuccessfulItemError
    ResourceId: str


class UnsuccessfulItemError(TypedDict, total=False):
    Code: str
    Message: str


class UpdateSecurityGroupRuleDescriptionsEgressRequest(TypedDict, total=False):
    DryRun: bool
    GroupId: str
    GroupName: str
    IpPermissions: list[IpPermission]
    SecurityGroupRuleDescriptions: list[SecurityGroupRuleDescription]


class UpdateSecurityGroupRuleDescriptionsEgressResult(TypedDict, total=False):
    Return: bool


class UpdateSecurityGroupRuleDescriptionsIngressRequest(TypedDict, total=False):
    DryRun: bool
    GroupId: str
    GroupName: str
    IpPermissions: list[IpPermission]
    SecurityGroupRuleDescriptions: list[SecurityGroupRuleDescription]


class UpdateSecurityGroupRuleDescriptionsIngressResult(TypedDict, total=False):
    Return: bool


class UserIdGroupPair(TypedDict, total=False):
    Description: str
    UserId: str
    GroupName: str
    GroupId: str
    VpcId: str
    VpcPeeringConnectionId: str
    PeeringStatus: str


class VCpuCountRange(TypedDict, total=False):
    Min: int
    Max: int


class VCpuCountRangeRequest(TypedDict, total=False):
    Min: Required[int]
    Max: int


class VCpuInfo(TypedDict, total=False):
    DefaultVCpus: int
    DefaultCores: int
    DefaultThreadsPerCore: int
    ValidCores: list[int]
    ValidThreadsPerCore: list[int]


class ValidationError(TypedDict, total=False):
    Code: str
    Message: str


class ValidationWarning(TypedDict, total=False):
    Errors: list[ValidationError]


class Volume(TypedDict, total=False):
    AvailabilityZoneId: str
    OutpostArn: str
    SourceVolumeId: str
    Iops: int
    Tags: list[Tag]
    VolumeType: str
    FastRestored: bool
    MultiAttachEnabled: bool
    Throughput: int
    SseType: str
    Operator: OperatorResponse
    VolumeInitializationRate: int
    VolumeArn: str
    OwnerId: str
    VolumeId: str
    Size: int
    SnapshotId: str
    AvailabilityZone: str
    State: str
    CreateTime: datetime
    Attachments: list[VolumeAttachment]
    Encrypted: bool
    KmsKeyId: str


class VolumeAttachment(TypedDict, total=False):
    DeleteOnTermination: bool
    AssociatedResource: str
    InstanceOwningService: str
    EbsCardIndex: int
    VolumeId: str
    InstanceId: str
    Device: str
    State: str
    AttachTime: datetime


class Vpc(TypedDict, total=False):
    OwnerId: str
    InstanceTenancy: str
    Ipv6CidrBlockAssociationSet: list[VpcIpv6CidrBlockAssociation]
    CidrBlockAssociationSet: list[VpcCidrBlockAssociation]
    IsDefault: bool
    EncryptionControl: VpcEncryptionControl
    Tags: list[Tag]
    BlockPublicAccessStates: BlockPublicAccessStates
    VpcId: str
    State: str
    CidrBlock: str
    DhcpOptionsId: str


class VpcAttachment(TypedDict, total=False):
    VpcId: str
    State: str


class VpcCidrBlockAssociation(TypedDict, total=False):
    AssociationId: str
    CidrBlock: str
    CidrBlockState: VpcCidrBlockState


class VpcCidrBlockState(TypedDict, total=False):
    State: str
    StatusMessage: str


class VpcClassicLink(TypedDict, total=False):
    ClassicLinkEnabled: bool
    Tags: list[Tag]
    VpcId: str


class VpcEncryptionControl(TypedDict, total=False):
    VpcId: str
    VpcEncryptionControlId: str
    Mode: str
    State: str
    StateMessage: str
    ResourceExclusions: VpcEncryptionControlExclusions
    Tags: list[Tag]


class VpcEncryptionControlConfiguration(TypedDict, total=False):
    Mode: Required[str]
    InternetGatewayExclusion: str
    EgressOnlyInternetGatewayExclusion: str
    NatGatewayExclusion: str
    VirtualPrivateGatewayExclusion: str
    VpcPeeringExclusion: str
    LambdaExclusion: str
    VpcLatticeExclusion: str
    ElasticFileSystemExclusion: str
    GlobalAcceleratorExclusion: str
    ApiGatewayV2Exclusion: str


class VpcEncryptionControlExclusion(TypedDict, total=False):
    State: str
    StateMessage: str


class VpcEncryptionControlExclusions(TypedDict, total=False):
    InternetGateway: VpcEncryptionControlExclusion
    EgressOnlyInternetGateway: VpcEncryptionControlExclusion
    NatGateway: VpcEncryptionControlExclusion
    VirtualPrivateGateway: VpcEncryptionControlExclusion
    VpcPeering: VpcEncryptionControlExclusion
    Lambda: VpcEncryptionControlExclusion
    VpcLattice: VpcEncryptionControlExclusion
    ElasticFileSystem: VpcEncryptionControlExclusion
    GlobalAccelerator: VpcEncryptionControlExclusion
    ApiGatewayV2: VpcEncryptionControlExclusion


class VpcEndpoint(TypedDict, total=False):
    VpcEndpointId: str
    VpcEndpointType: str
    VpcId: str
    ServiceName: str
    State: str
    PolicyDocument: str
    RouteTableIds: list[str]
    SubnetIds: list[str]
    Groups: list[SecurityGroupIdentifier]
    IpAddressType: str
    DnsOptions: DnsOptions
    PrivateDnsEnabled: bool
    RequesterManaged: bool
    NetworkInterfaceIds: list[str]
    DnsEntries: list[DnsEntry]
    CreationTimestamp: datetime
    Tags: list[Tag]
    OwnerId: str
    LastError: LastError
    Ipv4Prefixes: list[SubnetIpPrefixes]
    Ipv6Prefixes: list[SubnetIpPrefixes]
    FailureReason: str
    ServiceNetworkArn: str
    ResourceConfigurationArn: str
    ServiceRegion: str
    PayerResponsibilities: list[PayerResponsibilityEntry]


class VpcIpv6CidrBlockAssociation(TypedDict, total=False):
    AssociationId: str
    Ipv6CidrBlock: str
    Ipv6CidrBlockState: VpcCidrBlockState
    NetworkBorderGroup: str
    Ipv6Pool: str
    Ipv6AddressAttribute: str
    IpSource: str


class VpnGateway(TypedDict, total=False):
    AmazonSideAsn: int
    Tags: list[Tag]
    VpnGatewayId: str
    State: str
    Type: str
    AvailabilityZone: str
    VpcAttachments: list[VpcAttachment]
