"""Shapes of servicediscovery (API version 2017-03-14). Written by tools/generate_shapes.py; do not edit."""

from __future__ import annotations

from datetime import datetime
from typing import Required, TypedDict


class CreateHttpNamespaceRequest(TypedDict, total=False):
    Name: Required[str]
    CreatorRequestId: str
    Description: str
    Tags: list[Tag]


class CreateHttpNamespaceResponse(TypedDict, total=False):
    OperationId: str


class CreatePrivateDnsNamespaceRequest(TypedDict, total=False):
    Name: Required[str]
    CreatorRequestId: str
    Description: str
    Vpc: Required[str]
    Tags: list[Tag]
    Properties: PrivateDnsNamespaceProperties


class CreatePrivateDnsNamespaceResponse(TypedDict, total=False):
    OperationId: str


class CreatePublicDnsNamespaceRequest(TypedDict, total=False):
    Name: Required[str]
    CreatorRequestId: str
    Description: str
    Tags: list[Tag]
    Properties: PublicDnsNamespaceProperties


class CreatePublicDnsNamespaceResponse(TypedDict, total=False):
    OperationId: str


class CreateServiceRequest(TypedDict, total=False):
    Name: Required[str]
    NamespaceId: str
    CreatorRequestId: str
    Description: str
    DnsConfig: DnsConfig
    HealthCheckConfig: HealthCheckConfig
    HealthCheckCustomConfig: HealthCheckCustomConfig
    Tags: list[Tag]
    Type: str


class CreateServiceResponse(TypedDict, total=False):
    Service: Service


class DeleteNamespaceRequest(TypedDict, total=False):
    Id: Required[str]


class DeleteNamespaceResponse(TypedDict, total=False):
    OperationId: str


class DeleteServiceAttributesRequest(TypedDict, total=False):
    ServiceId: Required[str]
    Attributes: Required[list[str]]


class DeleteServiceAttributesResponse(TypedDict, total=False):
    pass


class DeleteServiceRequest(TypedDict, total=False):
    Id: Required[str]


class DeleteServiceResponse(TypedDict, total=False):
    pass


class DeregisterInstanceRequest(TypedDict, total=False):
    ServiceId: Required[str]
    InstanceId: Required[str]


class DeregisterInstanceResponse(TypedDict, total=False):
    OperationId: str


class DiscoverInstancesRequest(TypedDict, total=False):
    NamespaceName: Required[str]
    ServiceName: Required[str]
    MaxResults: int
    QueryParameters: dict[str, str]
    OptionalParameters: dict[str, str]
    HealthStatus: str
    OwnerAccount: str


class DiscoverInstancesResponse(TypedDict, total=False):
    Instances: list[HttpInstanceSummary]
    InstancesRevision: int


class DiscoverInstancesRevisionRequest(TypedDict, total=False):
    NamespaceName: Required[str]
    ServiceName: Required[str]
    OwnerAccount: str


class DiscoverInstancesRevisionResponse(TypedDict, total=False):
    InstancesRevision: int


class DnsConfig(TypedDict, total=False):
    NamespaceId: str
    RoutingPolicy: str
    DnsRecords: Required[list[DnsRecord]]


class DnsConfigChange(TypedDict, total=False):
    DnsRecords: Required[list[DnsRecord]]


class DnsProperties(TypedDict, total=False):
    HostedZoneId: str
    SOA: SOA


class DnsRecord(TypedDict, total=False):
    Type: Required[str]
    TTL: Required[int]


class GetInstanceRequest(TypedDict, total=False):
    ServiceId: Required[str]
    InstanceId: Required[str]


class GetInstanceResponse(TypedDict, total=False):
    ResourceOwner: str
    Instance: Instance


class GetInstancesHealthStatusRequest(TypedDict, total=False):
    ServiceId: Required[str]
    Instances: list[str]
    MaxResults: int
    NextToken: str


class GetInstancesHealthStatusResponse(TypedDict, total=False):
    Status: dict[str, str]
    NextToken: str


class GetNamespaceRequest(TypedDict, total=False):
    Id: Required[str]


class GetNamespaceResponse(TypedDict, total=False):
    Namespace: Namespace


class GetOperationRequest(TypedDict, total=False):
    OperationId: Required[str]
    OwnerAccount: str


class GetOperationResponse(TypedDict, total=False):
    Operation: Operation


class GetServiceAttributesRequest(TypedDict, total=False):
    ServiceId: Required[str]


class GetServiceAttributesResponse(TypedDict, total=False):
    ServiceAttributes: ServiceAttributes


class GetServiceRequest(TypedDict, total=False):
    Id: Required[str]


class GetServiceResponse(TypedDict, total=False):
    Service: Service


class HealthCheckConfig(TypedDict, total=False):
    Type: Required[str]
    ResourcePath: str
    FailureThreshold: int


class HealthCheckCustomConfig(TypedDict, total=False):
    FailureThreshold: int


class HttpInstanceSummary(TypedDict, total=False):
    InstanceId: str
    NamespaceName: str
    ServiceName: str
    HealthStatus: str
    Attributes: dict[str, str]


class HttpNamespaceChange(TypedDict, total=False):
    Description: Required[str]


class HttpProperties(TypedDict, total=False):
    HttpName: str


class Instance(TypedDict, total=False):
    Id: Required[str]
    CreatorRequestId: str
    Attributes: dict[str, str]
    CreatedByAccount: str


class InstanceSummary(TypedDict, total=False):
    Id: str
    Attributes: dict[str, str]
    CreatedByAccount: str


class ListInstancesRequest(TypedDict, total=False):
    ServiceId: Required[str]
    NextToken: str
    MaxResults: int


class ListInstancesResponse(TypedDict, total=False):
    ResourceOwner: str
    Instances: list[InstanceSummary]
    NextToken: str


class ListNamespacesRequest(TypedDict, total=False):
    NextToken: str
    MaxResults: int
    Filters: list[NamespaceFilter]


class ListNamespacesResponse(TypedDict, total=False):
    Namespaces: list[NamespaceSummary]
    NextToken: str


class ListOperationsRequest(TypedDict, total=False):
    NextToken: str
    MaxResults: int
    Filters: list[OperationFilter]


class ListOperationsResponse(TypedDict, total=False):
    Operations: list[OperationSummary]
    NextToken: str


class ListServicesRequest(TypedDict, total=False):
    NextToken: str
    MaxResults: int
    Filters: list[ServiceFilter]


class ListServicesResponse(TypedDict, total=False):
    Services: list[ServiceSummary]
    NextToken: str


class ListTagsForResourceRequest(TypedDict, total=False):
    ResourceARN: Required[str]


class ListTagsForResourceResponse(TypedDict, total=False):
    Tags: list[Tag]


class Namespace(TypedDict, total=False):
    Id: str
    Arn: str
    ResourceOwner: str
    Name: str
    Type: str
    Description: str
    ServiceCount: int
    Properties: NamespaceProperties
    CreateDate: datetime
    CreatorRequestId: str


class NamespaceFilter(TypedDict, total=False):
    Name: Required[str]
    Values: Required[list[str]]
    Condition: str


class NamespaceProperties(TypedDict, total=False):
    DnsProperties: DnsProperties
    HttpProperties: HttpProperties


class NamespaceSummary(TypedDict, total=False):
    Id: str
    Arn: str
    ResourceOwner: str
    Name: str
    Type: str
    Description: str
    ServiceCount: int
    Properties: NamespaceProperties
    CreateDate: datetime


class Operation(TypedDict, total=False):
    Id: str
    OwnerAccount: str
    Type: str
    Status: str
    ErrorMessage: str
    ErrorCode: str
    CreateDate: datetime
    UpdateDate: datetime
    Targets: dict[str, str]


class OperationFilter(TypedDict, total=False):
    Name: Required[str]
    Values: Required[list[str]]
    Condition: str


class OperationSummary(TypedDict, total=False):
    Id: str
    Status: str


class PrivateDnsNamespaceChange(TypedDict, total=False):
    Description: str
    Properties: PrivateDnsNamespacePropertiesChange


class PrivateDnsNamespaceProperties(TypedDict, total=False):
    DnsProperties: Required[PrivateDnsPropertiesMutable]


class PrivateDnsNamespacePropertiesChange(TypedDict, total=False):
    DnsProperties: Required[PrivateDnsPropertiesMutableChange]


class PrivateDnsPropertiesMutable(TypedDict, total=False):
    SOA: Required[SOA]


class PrivateDnsPropertiesMutableChange(TypedDict, total=False):
    SOA: Required[SOAChange]


class PublicDnsNamespaceChange(TypedDict, total=False):
    Description: str
    Properties: PublicDnsNamespacePropertiesChange


class PublicDnsNamespaceProperties(TypedDict, total=False):
    DnsProperties: Required[PublicDnsPropertiesMutable]


class PublicDnsNamespacePropertiesChange(TypedDict, total=False):
    DnsProperties: Required[PublicDnsPropertiesMutableChange]


class PublicDnsPropertiesMutable(TypedDict, total=False):
    SOA: Required[SOA]


class PublicDnsPropertiesMutableChange(TypedDict, total=False):
    SOA: Required[SOAChange]


class RegisterInstanceRequest(TypedDict, total=False):
    ServiceId: Required[str]
    InstanceId: Required[str]
    CreatorRequestId: str
    Attributes: Required[dict[str, str]]


class RegisterInstanceResponse(TypedDict, total=False):
    OperationId: str


class SOA(TypedDict, total=False):
    TTL: Required[int]


class SOAChange(TypedDict, total=False):
    TTL: Required[int]


class Service(TypedDict, total=False):
    Id: str
    Arn: str
    ResourceOwner: str
    Name: str
    NamespaceId: str
    Description: str
    InstanceCount: int
    DnsConfig: DnsConfig
    Type: str
    HealthCheckConfig: HealthCheckConfig
    HealthCheckCustomConfig: HealthCheckCustomConfig
    CreateDate: datetime
    CreatorRequestId: str
    CreatedByAccount: str


class ServiceAttributes(TypedDict, total=False):
    ServiceArn: str
    ResourceOwner: str
    Attributes: dict[str, str]


class ServiceChange(TypedDict, total=False):
    Description: str
    DnsConfig: DnsConfigChange
    HealthCheckConfig: HealthCheckConfig


class ServiceFilter(TypedDict, total=False):
    Name: Required[str]
    Values: Required[list[str]]
    Condition: str


class ServiceSummary(TypedDict, total=False):
    Id: str
    Arn: str
    ResourceOwner: str
    Name: str
    Type: str
    Description: str
    InstanceCount: int
    DnsConfig: DnsConfig
    HealthCheckConfig: HealthCheckConfig
    HealthCheckCustomConfig: HealthCheckCustomConfig
    CreateDate: datetime
    CreatedByAccount: str


class Tag(TypedDict, total=False):
    Key: Required[str]
    Value: Required[str]


class TagResourceRequest(TypedDict, total=False):
    ResourceARN: Required[str]
    Tags: Required[list[Tag]]


class TagResourceResponse(TypedDict, total=False):
    pass


class UntagResourceRequest(TypedDict, total=False):
    ResourceARN: Required[str]
    TagKeys: Required[list[str]]


class UntagResourceResponse(TypedDict, total=False):
    pass


class UpdateHttpNamespaceRequest(TypedDict, total=False):
    Id: Required[str]
    UpdaterRequestId: str
    Namespace: Required[HttpNamespaceChange]


class UpdateHttpNamespaceResponse(TypedDict, total=False):
    OperationId: str


class UpdateInstanceCustomHealthStatusRequest(TypedDict, total=False):
    ServiceId: Required[str]
    InstanceId: Required[str]
    Status: Required[str]


class UpdatePrivateDnsNamespaceRequest(TypedDict, total=False):
    Id: Required[str]
    UpdaterRequestId: str
    Namespace: Required[PrivateDnsNamespaceChange]


class UpdatePrivateDnsNamespaceResponse(TypedDict, total=False):
    OperationId: str


class UpdatePublicDnsNamespaceRequest(TypedDict, total=False):
    Id: Required[str]
    UpdaterRequestId: str
    Namespace: Required[PublicDnsNamespaceChange]


class UpdatePublicDnsNamespaceResponse(TypedDict, total=False):
    OperationId: str


class UpdateServiceAttributesRequest(TypedDict, total=False):
    ServiceId: Required[str]
    Attributes: Required[dict[str, str]]


class UpdateServiceAttributesResponse(TypedDict, total=False):
    pass


class UpdateServiceRequest(TypedDict, total=False):
    Id: Required[str]
    Service: Required[ServiceChange]


class UpdateServiceResponse(TypedDict, total=False):
    OperationId: str
