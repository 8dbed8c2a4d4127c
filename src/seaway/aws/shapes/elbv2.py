"""Shapes of elbv2 (API version 2015-12-01). Written by tools/generate_shapes.py; do not edit."""

from __future__ import annotations

from datetime import datetime
from typing import Required, TypedDict


class Action(TypedDict, total=False):
    Type: Required[str]
    TargetGroupArn: str
    AuthenticateOidcConfig: AuthenticateOidcActionConfig
    AuthenticateCognitoConfig: AuthenticateCognitoActionConfig
    Order: int
    RedirectConfig: RedirectActionConfig
    FixedResponseConfig: FixedResponseActionConfig
    ForwardConfig: ForwardActionConfig
    JwtValidationConfig: JwtValidationActionConfig


class AddListenerCertificatesInput(TypedDict, total=False):
    ListenerArn: Required[str]
    Certificates: Required[list[Certificate]]


class AddListenerCertificatesOutput(TypedDict, total=False):
    Certificates: list[Certificate]


class AddTagsInput(TypedDict, total=False):
    ResourceArns: Required[list[str]]
    Tags: Required[list[Tag]]


class AddTagsOutput(TypedDict, total=False):
    pass


class AddTrustStoreRevocationsInput(TypedDict, total=False):
    TrustStoreArn: Required[str]
    RevocationContents: list[RevocationContent]


class AddTrustStoreRevocationsOutput(TypedDict, total=False):
    TrustStoreRevocations: list[TrustStoreRevocation]


class AdministrativeOverride(TypedDict, total=False):
    State: str
    Reason: str
    Description: str


class AnomalyDetection(TypedDict, total=False):
    Result: str
    MitigationInEffect: str


class AuthenticateCognitoActionConfig(TypedDict, total=False):
    UserPoolArn: Required[str]
    UserPoolClientId: Required[str]
    UserPoolDomain: Required[str]
    SessionCookieName: str
    Scope: str
    SessionTimeout: int
    AuthenticationRequestExtraParams: dict[str, str]
    OnUnauthenticatedRequest: str


class AuthenticateOidcActionConfig(TypedDict, total=False):
    Issuer: Required[str]
    AuthorizationEndpoint: Required[str]
    TokenEndpoint: Required[str]
    UserInfoEndpoint: Required[str]
    ClientId: Required[str]
    ClientSecret: str
    SessionCookieName: str
    Scope: str
    SessionTimeout: int
    AuthenticationRequestExtraParams: dict[str, str]
    OnUnauthenticatedRequest: str
    UseExistingClientSecret: bool


class AvailabilityZone(TypedDict, total=False):
    ZoneName: str
    SubnetId: str
    OutpostId: str
    LoadBalancerAddresses: list[LoadBalancerAddress]
    SourceNatIpv6Prefixes: list[str]


class CapacityReservationStatus(TypedDict, total=False):
    Code: str
    Reason: str


class Certificate(TypedDict, total=False):
    CertificateArn: str
    IsDefault: bool


class Cipher(TypedDict, total=False):
    Name: str
    Priority: int


class CreateListenerInput(TypedDict, total=False):
    LoadBalancerArn: Required[str]
    Protocol: str
    Port: int
    SslPolicy: str
    Certificates: list[Certificate]
    DefaultActions: Required[list[Action]]
    AlpnPolicy: list[str]
    Tags: list[Tag]
    MutualAuthentication: MutualAuthenticationAttributes


class CreateListenerOutput(TypedDict, total=False):
    Listeners: list[Listener]


class CreateLoadBalancerInput(TypedDict, total=False):
    Name: Required[str]
    Subnets: list[str]
    SubnetMappings: list[SubnetMapping]
    SecurityGroups: list[str]
    Scheme: str
    Tags: list[Tag]
    Type: str
    IpAddressType: str
    CustomerOwnedIpv4Pool: str
    EnablePrefixForIpv6SourceNat: str
    IpamPools: IpamPools


class CreateLoadBalancerOutput(TypedDict, total=False):
    LoadBalancers: list[LoadBalancer]


class CreateRuleInput(TypedDict, total=False):
    ListenerArn: Required[str]
    Conditions: Required[list[RuleCondition]]
    Priority: Required[int]
    Actions: Required[list[Action]]
    Tags: list[Tag]
    Transforms: list[RuleTransform]


class CreateRuleOutput(TypedDict, total=False):
    Rules: list[Rule]


class CreateTargetGroupInput(TypedDict, total=False):
    Name: Required[str]
    Protocol: str
    ProtocolVersion: str
    Port: int
    VpcId: str
    HealthCheckProtocol: str
    HealthCheckPort: str
    HealthCheckEnabled: bool
    HealthCheckPath: str
    HealthCheckIntervalSeconds: int
    HealthCheckTimeoutSeconds: int
    HealthyThresholdCount: int
    UnhealthyThresholdCount: int
    Matcher: Matcher
    TargetType: str
    Tags: list[Tag]
    IpAddressType: str
    TargetControlPort: int


class CreateTargetGroupOutput(TypedDict, total=False):
    TargetGroups: list[TargetGroup]


class CreateTrustStoreInput(TypedDict, total=False):
    Name: Required[str]
    CaCertificatesBundleS3Bucket: Required[str]
    CaCertificatesBundleS3Key: Required[str]
    CaCertificatesBundleS3ObjectVersion: str
    Tags: list[Tag]


class CreateTrustStoreOutput(TypedDict, total=False):
    TrustStores: list[TrustStore]


class DeleteListenerInput(TypedDict, total=False):
    ListenerArn: Required[str]


class DeleteListenerOutput(TypedDict, total=False):
    pass


class DeleteLoadBalancerInput(TypedDict, total=False):
    LoadBalancerArn: Required[str]


class DeleteLoadBalancerOutput(TypedDict, total=False):
    pass


class DeleteRuleInput(TypedDict, total=False):
    RuleArn: Required[str]


class DeleteRuleOutput(TypedDict, total=False):
    pass


class DeleteSharedTrustStoreAssociationInput(TypedDict, total=False):
    TrustStoreArn: Required[str]
    ResourceArn: Required[str]


class DeleteSharedTrustStoreAssociationOutput(TypedDict, total=False):
    pass


class DeleteTargetGroupInput(TypedDict, total=False):
    TargetGroupArn: Required[str]


class DeleteTargetGroupOutput(TypedDict, total=False):
    pass


class DeleteTrustStoreInput(TypedDict, total=False):
    TrustStoreArn: Required[str]


class DeleteTrustStoreOutput(TypedDict, total=False):
    pass


class DeregisterTargetsInput(TypedDict, total=False):
    TargetGroupArn: Required[str]
    Targets: Required[list[TargetDescription]]


class DeregisterTargetsOutput(TypedDict, total=False):
    pass


class DescribeAccountLimitsInput(TypedDict, total=False):
    Marker: str
    PageSize: int


class DescribeAccountLimitsOutput(TypedDict, total=False):
    Limits: list[Limit]
    NextMarker: str


class DescribeCapacityReservationInput(TypedDict, total=False):
    LoadBalancerArn: Required[str]


class DescribeCapacityReservationOutput(TypedDict, total=False):
    LastModifiedTime: datetime
    DecreaseRequestsRemaining: int
    MinimumLoadBalancerCapacity: MinimumLoadBalancerCapacity
    CapacityReservationState: list[ZonalCapacityReservationState]


class DescribeListenerAttributesInput(TypedDict, total=False):
    ListenerArn: Required[str]


class DescribeListenerAttributesOutput(TypedDict, total=False):
    Attributes: list[ListenerAttribute]


class DescribeListenerCertificatesInput(TypedDict, total=False):
    ListenerArn: Required[str]
    Marker: str
    PageSize: int


class DescribeListenerCertificatesOutput(TypedDict, total=False):
    Certificates: list[Certificate]
    NextMarker: str


class DescribeListenersInput(TypedDict, total=False):
    LoadBalancerArn: str
    ListenerArns: list[str]
    Marker: str
    PageSize: int


class DescribeListenersOutput(TypedDict, total=False):
    Listeners: list[Listener]
    NextMarker: str


class DescribeLoadBalancerAttributesInput(TypedDict, total=False):
    LoadBalancerArn: Required[str]


class DescribeLoadBalancerAttributesOutput(TypedDict, total=False):
    Attributes: list[LoadBalancerAttribute]


class DescribeLoadBalancersInput(TypedDict, total=False):
    LoadBalancerArns: list[str]
    Names: list[str]
    Marker: str
    PageSize: int


class DescribeLoadBalancersOutput(TypedDict, total=False):
    LoadBalancers: list[LoadBalancer]
    NextMarker: str


class DescribeRulesInput(TypedDict, total=False):
    ListenerArn: str
    RuleArns: list[str]
    Marker: str
    PageSize: int


class DescribeRulesOutput(TypedDict, total=False):
    Rules: list[Rule]
    NextMarker: str


class DescribeSSLPoliciesInput(TypedDict, total=False):
    Names: list[str]
    Marker: str
    PageSize: int
    LoadBalancerType: str


class DescribeSSLPoliciesOutput(TypedDict, total=False):
    SslPolicies: list[SslPolicy]
    NextMarker: str


class DescribeTagsInput(TypedDict, total=False):
    ResourceArns: Required[list[str]]


class DescribeTagsOutput(TypedDict, total=False):
    TagDescriptions: list[TagDescription]


class DescribeTargetGroupAttributesInput(TypedDict, total=False):
    TargetGroupArn: Required[str]


class DescribeTargetGroupAttributesOutput(TypedDict, total=False):
    Attributes: list[TargetGroupAttribute]


class DescribeTargetGroupsInput(TypedDict, total=False):
    LoadBalancerArn: str
    TargetGroupArns: list[str]
    Names: list[str]
    Marker: str
    PageSize: int


class DescribeTargetGroupsOutput(TypedDict, total=False):
    TargetGroups: list[TargetGroup]
    NextMarker: str


class DescribeTargetHealthInput(TypedDict, total=False):
    TargetGroupArn: Required[str]
    Targets: list[TargetDescription]
    Include: list[str]


class DescribeTargetHealthOutput(TypedDict, total=False):
    TargetHealthDescriptions: list[TargetHealthDescription]


class DescribeTrustStoreAssociationsInput(TypedDict, total=False):
    TrustStoreArn: Required[str]
    Marker: str
    PageSize: int


class DescribeTrustStoreAssociationsOutput(TypedDict, total=False):
    TrustStoreAssociations: list[TrustStoreAssociation]
    NextMarker: str


class DescribeTrustStoreRevocation(TypedDict, total=False):
    TrustStoreArn: str
    RevocationId: int
    RevocationType: str
    NumberOfRevokedEntries: int


class DescribeTrustStoreRevocationsInput(TypedDict, total=False):
    TrustStoreArn: Required[str]
    RevocationIds: list[int]
    Marker: str
    PageSize: int


class DescribeTrustStoreRevocationsOutput(TypedDict, total=False):
    TrustStoreRevocations: list[DescribeTrustStoreRevocation]
    NextMarker: str


class DescribeTrustStoresInput(TypedDict, total=False):
    TrustStoreArns: list[str]
    Names: list[str]
    Marker: str
    PageSize: int


class DescribeTrustStoresOutput(TypedDict, total=False):
    TrustStores: list[TrustStore]
    NextMarker: str


class FixedResponseActionConfig(TypedDict, total=False):
    MessageBody: str
    StatusCode: Required[str]
    ContentType: str


class ForwardActionConfig(TypedDict, total=False):
    TargetGroups: list[TargetGroupTuple]
    TargetGroupStickinessConfig: TargetGroupStickinessConfig


class GetResourcePolicyInput(TypedDict, total=False):
    ResourceArn: Required[str]


class GetResourcePolicyOutput(TypedDict, total=False):
    Policy: str


class GetTrustStoreCaCertificatesBundleInput(TypedDict, total=False):
    TrustStoreArn: Required[str]


class GetTrustStoreCaCertificatesBundleOutput(TypedDict, total=False):
    Location: str


class GetTrustStoreRevocationContentInput(TypedDict, total=False):
    TrustStoreArn: Required[str]
    RevocationId: Required[int]


class GetTrustStoreRevocationContentOutput(TypedDict, total=False):
    Location: str


class HostHeaderConditionConfig(TypedDict, total=False):
    Values: list[str]
    RegexValues: list[str]


class HostHeaderRewriteConfig(TypedDict, total=False):
    Rewrites: list[RewriteConfig]


class HttpHeaderConditionConfig(TypedDict, total=False):
    HttpHeaderName: str
    Values: list[str]
    RegexValues: list[str]


class HttpRequestMethodConditionConfig(TypedDict, total=False):
    Values: list[str]


class IpamPools(TypedDict, total=False):
    Ipv4IpamPoolId: str


class JwtValidationActionAdditionalClaim(TypedDict, total=False):
    Format: Required[str]
    Name: Required[str]
    Values: Required[list[str]]


class JwtValidationActionConfig(TypedDict, total=False):
    JwksEndpoint: Required[str]
    Issuer: Required[str]
    AdditionalClaims: list[JwtValidationActionAdditionalClaim]


class Limit(TypedDict, total=False):
    Name: str
    Max: str


class Listener(TypedDict, total=False):
    ListenerArn: str
    LoadBalancerArn: str
    Port: int
    Protocol: str
    Certificates: list[Certificate]
    SslPolicy: str
    DefaultActions: list[Action]
    AlpnPolicy: list[str]
    MutualAuthentication: MutualAuthenticationAttributes


class ListenerAttribute(TypedDict, total=False):
    Key: str
    Value: str


class LoadBalancer(TypedDict, total=False):
    LoadBalancerArn: str
    DNSName: str
    CanonicalHostedZoneId: str
    CreatedTime: datetime
    LoadBalancerName: str
    Scheme: str
    VpcId: str
    State: LoadBalancerState
    Type: str
    AvailabilityZones: list[AvailabilityZone]
    SecurityGroups: list[str]
    IpAddressType: str
    CustomerOwnedIpv4Pool: str
    EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: str
    EnablePrefixForIpv6SourceNat: str
    IpamPools: IpamPools


class LoadBalancerAddress(TypedDict, total=False):
    IpAddress: str
    AllocationId: str
    PrivateIPv4Address: str
    IPv6Address: str


class LoadBalancerAttribute(TypedDict, total=False):
    Key: str
    Value: str


class LoadBalancerState(TypedDict, total=False):
    Code: str
    Reason: str


class Matcher(TypedDict, total=False):
    HttpCode: str
    GrpcCode: str


class MinimumLoadBalancerCapacity(TypedDict, total=False):
    CapacityUnits: int


class ModifyCapacityReservationInput(TypedDict, total=False):
    LoadBalancerArn: Required[str]
    MinimumLoadBalancerCapacity: MinimumLoadBalancerCapacity
    ResetCapacityReservation: bool


class ModifyCapacityReservationOutput(TypedDict, total=False):
    LastModifiedTime: datetime
    DecreaseRequestsRemaining: int
    MinimumLoadBalancerCapacity: MinimumLoadBalancerCapacity
    CapacityReservationState: list[ZonalCapacityReservationState]


class ModifyIpPoolsInput(TypedDict, total=False):
    LoadBalancerArn: Required[str]
    IpamPools: IpamPools
    RemoveIpamPools: list[str]


class ModifyIpPoolsOutput(TypedDict, total=False):
    IpamPools: IpamPools


class ModifyListenerAttributesInput(TypedDict, total=False):
    ListenerArn: Required[str]
    Attributes: Required[list[ListenerAttribute]]


class ModifyListenerAttributesOutput(TypedDict, total=False):
    Attributes: list[ListenerAttribute]


class ModifyListenerInput(TypedDict, total=False):
    ListenerArn: Required[str]
    Port: int
    Protocol: str
    SslPolicy: str
    Certificates: list[Certificate]
    DefaultActions: list[Action]
    AlpnPolicy: list[str]
    MutualAuthentication: MutualAuthenticationAttributes


class ModifyListenerOutput(TypedDict, total=False):
    Listeners: list[Listener]


class ModifyLoadBalancerAttributesInput(TypedDict, total=False):
    LoadBalancerArn: Required[str]
    Attributes: Required[list[LoadBalancerAttribute]]


class ModifyLoadBalancerAttributesOutput(TypedDict, total=False):
    Attributes: list[LoadBalancerAttribute]


class ModifyRuleInput(TypedDict, total=False):
    RuleArn: Required[str]
    Conditions: list[RuleCondition]
    Actions: list[Action]
    Transforms: list[RuleTransform]
    ResetTransforms: bool


class ModifyRuleOutput(TypedDict, total=False):
    Rules: list[Rule]


class ModifyTargetGroupAttributesInput(TypedDict, total=False):
    TargetGroupArn: Required[str]
    Attributes: Required[list[TargetGroupAttribute]]


class ModifyTargetGroupAttributesOutput(TypedDict, total=False):
    Attributes: list[TargetGroupAttribute]


class ModifyTargetGroupInput(TypedDict, total=False):
    TargetGroupArn: Required[str]
    HealthCheckProtocol: str
    HealthCheckPort: str
    HealthCheckPath: str
    HealthCheckEnabled: bool
    HealthCheckIntervalSeconds: int
    HealthCheckTimeoutSeconds: int
    HealthyThresholdCount: int
    UnhealthyThresholdCount: int
    Matcher: Matcher


class ModifyTargetGroupOutput(TypedDict, total=False):
    TargetGroups: list[TargetGroup]


class ModifyTrustStoreInput(TypedDict, total=False):
    TrustStoreArn: Required[str]
    CaCertificatesBundleS3Bucket: Required[str]
    CaCertificatesBundleS3Key: Required[str]
    CaCertificatesBundleS3ObjectVersion: str


class ModifyTrustStoreOutput(TypedDict, total=False):
    TrustStores: list[TrustStore]


class MutualAuthenticationAttributes(TypedDict, total=False):
    Mode: str
    TrustStoreArn: str
    IgnoreClientCertificateExpiry: bool
    TrustStoreAssociationStatus: str
    AdvertiseTrustStoreCaNames: str


class PathPatternConditionConfig(TypedDict, total=False):
    Values: list[str]
    RegexValues: list[str]


class QueryStringConditionConfig(TypedDict, total=False):
    Values: list[QueryStringKeyValuePair]


class QueryStringKeyValuePair(TypedDict, total=False):
    Key: str
    Value: str


class RedirectActionConfig(TypedDict, total=False):
    Protocol: str
    Port: str
    Host: str
    Path: str
    Query: str
    StatusCode: Required[str]


class RegisterTargetsInput(TypedDict, total=False):
    TargetGroupArn: Required[str]
    Targets: Required[list[TargetDescription]]


class RegisterTargetsOutput(TypedDict, total=False):
    pass


class RemoveListenerCertificatesInput(TypedDict, total=False):
    ListenerArn: Required[str]
    Certificates: Required[list[Certificate]]


class RemoveListenerCertificatesOutput(TypedDict, total=False):
    pass


class RemoveTagsInput(TypedDict, total=False):
    ResourceArns: Required[list[str]]
    TagKeys: Required[list[str]]


class RemoveTagsOutput(TypedDict, total=False):
    pass


class RemoveTrustStoreRevocationsInput(TypedDict, total=False):
    TrustStoreArn: Required[str]
    RevocationIds: Required[list[int]]


class RemoveTrustStoreRevocationsOutput(TypedDict, total=False):
    pass


class RevocationContent(TypedDict, total=False):
    S3Bucket: str
    S3Key: str
    S3ObjectVersion: str
    RevocationType: str


class RewriteConfig(TypedDict, total=False):
    Regex: Required[str]
    Replace: Required[str]


class Rule(TypedDict, total=False):
    RuleArn: str
    Priority: str
    Conditions: list[RuleCondition]
    Actions: list[Action]
    IsDefault: bool
    Transforms: list[RuleTransform]


class RuleCondition(TypedDict, total=False):
    Field: str
    Values: list[str]
    HostHeaderConfig: HostHeaderConditionConfig
    PathPatternConfig: PathPatternConditionConfig
    HttpHeaderConfig: HttpHeaderConditionConfig
    QueryStringConfig: QueryStringConditionConfig
    HttpRequestMethodConfig: HttpRequestMethodConditionConfig
    SourceIpConfig: SourceIpConditionConfig
    RegexValues: list[str]


class RulePriorityPair(TypedDict, total=False):
    RuleArn: str
    Priority: int


class RuleTransform(TypedDict, total=False):
    Type: Required[str]
    HostHeaderRewriteConfig: HostHeaderRewriteConfig
    UrlRewriteConfig: UrlRewriteConfig


class SetIpAddressTypeInput(TypedDict, total=False):
    LoadBalancerArn: Required[str]
    IpAddressType: Required[str]


class SetIpAddressTypeOutput(TypedDict, total=False):
    IpAddressType: str


class SetRulePrioritiesInput(TypedDict, total=False):
    RulePriorities: Required[list[RulePriorityPair]]


class SetRulePrioritiesOutput(TypedDict, total=False):
    Rules: list[Rule]


class SetSecurityGroupsInput(TypedDict, total=False):
    LoadBalancerArn: Required[str]
    SecurityGroups: Required[list[str]]
    EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: str


class SetSecurityGroupsOutput(TypedDict, total=False):
    SecurityGroupIds: list[str]
    EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: str


class SetSubnetsInput(TypedDict, total=False):
    LoadBalancerArn: Required[str]
    Subnets: list[str]
    SubnetMappings: list[SubnetMapping]
    IpAddressType: str
    EnablePrefixForIpv6SourceNat: str


class SetSubnetsOutput(TypedDict, total=False):
    AvailabilityZones: list[AvailabilityZone]
    IpAddressType: str
    EnablePrefixForIpv6SourceNat: str


class SourceIpConditionConfig(TypedDict, total=False):
    Values: list[str]
    IpAddressType: str


class SslPolicy(TypedDict, total=False):
    SslProtocols: list[str]
    Ciphers: list[Cipher]
    Name: str
    SupportedLoadBalancerTypes: list[str]


class SubnetMapping(TypedDict, total=False):
    SubnetId: str
    AllocationId: str
    PrivateIPv4Address: str
    IPv6Address: str
    SourceNatIpv6Prefix: str


class Tag(TypedDict, total=False):
    Key: Required[str]
    Value: str


class TagDescription(TypedDict, total=False):
    ResourceArn: str
    Tags: list[Tag]


class TargetDescription(TypedDict, total=False):
    Id: Required[str]
    Port: int
    AvailabilityZone: str
    QuicServerId: str


class TargetGroup(TypedDict, total=False):
    TargetGroupArn: str
    TargetGroupName: str
    Protocol: str
    Port: int
    VpcId: str
    HealthCheckProtocol: str
    HealthCheckPort: str
    HealthCheckEnabled: bool
    HealthCheckIntervalSeconds: int
    HealthCheckTimeoutSeconds: int
    HealthyThresholdCount: int
    UnhealthyThresholdCount: int
    HealthCheckPath: str
    Matcher: Matcher
    LoadBalancerArns: list[str]
    TargetType: str
    ProtocolVersion: str
    IpAddressType: str
    TargetControlPort: int


class TargetGroupAttribute(TypedDict, total=False):
    Key: str
    Value: str


class TargetGroupStickinessConfig(TypedDict, total=False):
    Enabled: bool
    DurationSeconds: int


class TargetGroupTuple(TypedDict, total=False):
    TargetGroupArn: str
    Weight: int


class TargetHealth(TypedDict, total=False):
    State: str
    Reason: str
    Description: str


class TargetHealthDescription(TypedDict, total=False):
    Target: TargetDescription
    HealthCheckPort: str
    TargetHealth: TargetHealth
    AnomalyDetection: AnomalyDetection
    AdministrativeOverride: AdministrativeOverride


class TrustStore(TypedDict, total=False):
    Name: str
    TrustStoreArn: str
    Status: str
    NumberOfCaCertificates: int
    TotalRevokedEntries: int


class TrustStoreAssociation(TypedDict, total=False):
    ResourceArn: str


class TrustStoreRevocation(TypedDict, total=False):
    TrustStoreArn: str
    RevocationId: int
    RevocationType: str
    NumberOfRevokedEntries: int


class UrlRewriteConfig(TypedDict, total=False):
    Rewrites: list[RewriteConfig]


class ZonalCapacityReservationState(TypedDict, total=False):
    State: CapacityReservationStatus
    AvailabilityZone: str
    EffectiveCapacityUnits: float
