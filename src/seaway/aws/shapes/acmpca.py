"""Shapes of acm-pca (API version 2017-08-22). Written by tools/generate_shapes.py; do not edit."""

from __future__ import annotations

from datetime import datetime
from typing import Required, TypedDict


class ASN1Subject(TypedDict, total=False):
    Country: str
    Organization: str
    OrganizationalUnit: str
    DistinguishedNameQualifier: str
    State: str
    CommonName: str
    SerialNumber: str
    Locality: str
    Title: str
    Surname: str
    GivenName: str
    Initials: str
    Pseudonym: str
    GenerationQualifier: str
    CustomAttributes: list[CustomAttribute]


class AccessDescription(TypedDict, total=False):
    AccessMethod: Required[AccessMethod]
    AccessLocation: Required[GeneralName]


class AccessMethod(TypedDict, total=False):
    CustomObjectIdentifier: str
    AccessMethodType: str


class ApiPassthrough(TypedDict, total=False):
    Extensions: Extensions
    Subject: ASN1Subject


class CertificateAuthority(TypedDict, total=False):
    Arn: str
    OwnerAccount: str
    CreatedAt: datetime
    LastStateChangeAt: datetime
    Type: str
    Serial: str
    Status: str
    NotBefore: datetime
    NotAfter: datetime
    FailureReason: str
    CertificateAuthorityConfiguration: CertificateAuthorityConfiguration
    RevocationConfiguration: RevocationConfiguration
    RestorableUntil: datetime
    KeyStorageSecurityStandard: str
    UsageMode: str


class CertificateAuthorityConfiguration(TypedDict, total=False):
    KeyAlgorithm: Required[str]
    SigningAlgorithm: Required[str]
    Subject: Required[ASN1Subject]
    CsrExtensions: CsrExtensions


class CreateCertificateAuthorityRequest(TypedDict, total=False):
    CertificateAuthorityConfiguration: Required[CertificateAuthorityConfiguration]
    RevocationConfiguration: RevocationConfiguration
    CertificateAuthorityType: Required[str]
    IdempotencyToken: str
    KeyStorageSecurityStandard: str
    Tags: list[Tag]
    UsageMode: str


class CreateCertificateAuthorityResponse(TypedDict, total=False):
    CertificateAuthorityArn: str


class CrlConfiguration(TypedDict, total=False):
    Enabled: Required[bool]
    ExpirationInDays: int
    CustomCname: str
    S3BucketName: str
    S3ObjectAcl: str
    CrlDistributionPointExtensionConfiguration: CrlDistributionPointExtensionConfiguration
    CrlType: str
    CustomPath: str


class CrlDistributionPointExtensionConfiguration(TypedDict, total=False):
    OmitExtension: Required[bool]


class CsrExtensions(TypedDict, total=False):
    KeyUsage: KeyUsage
    SubjectInformationAccess: list[AccessDescription]


class CustomAttribute(TypedDict, total=False):
    ObjectIdentifier: Required[str]
    Value: Required[str]


class CustomExtension(TypedDict, total=False):
    ObjectIdentifier: Required[str]
    Value: Required[str]
    Critical: bool


class DeleteCertificateAuthorityRequest(TypedDict, total=False):
    CertificateAuthorityArn: Required[str]
    PermanentDeletionTimeInDays: int


class DescribeCertificateAuthorityRequest(TypedDict, total=False):
    CertificateAuthorityArn: Required[str]


class DescribeCertificateAuthorityResponse(TypedDict, total=False):
    CertificateAuthority: CertificateAuthority


class EdiPartyName(TypedDict, total=False):
    PartyName: Required[str]
    NameAssigner: str


class ExtendedKeyUsage(TypedDict, total=False):
    ExtendedKeyUsageType: str
    ExtendedKeyUsageObjectIdentifier: str


class Extensions(TypedDict, total=False):
    CertificatePolicies: list[PolicyInformation]
    ExtendedKeyUsage: list[ExtendedKeyUsage]
    KeyUsage: KeyUsage
    SubjectAlternativeNames: list[GeneralName]
    CustomExtensions: list[CustomExtension]


class GeneralName(TypedDict, total=False):
    OtherName: OtherName
    Rfc822Name: str
    DnsName: str
    DirectoryName: ASN1Subject
    EdiPartyName: EdiPartyName
    UniformResourceIdentifier: str
    IpAddress: str
    RegisteredId: str


class GetCertificateAuthorityCertificateRequest(TypedDict, total=False):
    CertificateAuthorityArn: Required[str]


class GetCertificateAuthorityCertificateResponse(TypedDict, total=False):
    Certificate: str
    CertificateChain: str


class GetCertificateAuthorityCsrRequest(TypedDict, total=False):
    CertificateAuthorityArn: Required[str]


class GetCertificateAuthorityCsrResponse(TypedDict, total=False):
    Csr: str


class GetCertificateRequest(TypedDict, total=False):
    CertificateAuthorityArn: Required[str]
    CertificateArn: Required[str]


class GetCertificateResponse(TypedDict, total=False):
    Certificate: str
    CertificateChain: str


class ImportCertificateAuthorityCertificateRequest(TypedDict, total=False):
    CertificateAuthorityArn: Required[str]
    Certificate: Required[bytes]
    CertificateChain: bytes


class IssueCertificateRequest(TypedDict, total=False):
    ApiPassthrough: ApiPassthrough
    CertificateAuthorityArn: Required[str]
    Csr: Required[bytes]
    SigningAlgorithm: Required[str]
    TemplateArn: str
    Validity: Required[Validity]
    ValidityNotBefore: Validity
    IdempotencyToken: str


class IssueCertificateResponse(TypedDict, total=False):
    CertificateArn: str


class KeyUsage(TypedDict, total=False):
    DigitalSignature: bool
    NonRepudiation: bool
    KeyEncipherment: bool
    DataEncipherment: bool
    KeyAgreement: bool
    KeyCertSign: bool
    CRLSign: bool
    EncipherOnly: bool
    DecipherOnly: bool


class ListCertificateAuthoritiesRequest(TypedDict, total=False):
    MaxResults: int
    NextToken: str
    ResourceOwner: str


class ListCertificateAuthoritiesResponse(TypedDict, total=False):
    NextToken: str
    CertificateAuthorities: list[CertificateAuthority]


class ListTagsRequest(TypedDict, total=False):
    MaxResults: int
    NextToken: str
    CertificateAuthorityArn: Required[str]


class ListTagsResponse(TypedDict, total=False):
    NextToken: str
    Tags: list[Tag]


class OcspConfiguration(TypedDict, total=False):
    Enabled: Required[bool]
    OcspCustomCname: str


class OtherName(TypedDict, total=False):
    TypeId: Required[str]
    Value: Required[str]


class PolicyInformation(TypedDict, total=False):
    CertPolicyId: Required[str]
    PolicyQualifiers: list[PolicyQualifierInfo]


class PolicyQualifierInfo(TypedDict, total=False):
    PolicyQualifierId: Required[str]
    Qualifier: Required[Qualifier]


class Qualifier(TypedDict, total=False):
    CpsUri: Required[str]


class RestoreCertificateAuthorityRequest(TypedDict, total=False):
    CertificateAuthorityArn: Required[str]


class RevocationConfiguration(TypedDict, total=False):
    CrlConfiguration: CrlConfiguration
    OcspConfiguration: OcspConfiguration


class RevokeCertificateRequest(TypedDict, total=False):
    CertificateAuthorityArn: Required[str]
    CertificateSerial: Required[str]
    RevocationReason: Required[str]


class Tag(TypedDict, total=False):
    Key: Required[str]
    Value: str


class TagCertificateAuthorityRequest(TypedDict, total=False):
    CertificateAuthorityArn: Required[str]
    Tags: Required[list[Tag]]


class UntagCertificateAuthorityRequest(TypedDict, total=False):
    CertificateAuthorityArn: Required[str]
    Tags: Required[list[Tag]]


class UpdateCertificateAuthorityRequest(TypedDict, total=False):
    CertificateAuthorityArn: Required[str]
    RevocationConfiguration: RevocationConfiguration
    Status: str


class Validity(TypedDict, total=False):
    Value: Required[int]
    Type: Required[str]
