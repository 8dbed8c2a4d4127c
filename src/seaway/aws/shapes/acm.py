"""Shapes of acm (API version 2015-12-08). Written by tools/generate_shapes.py; do not edit."""

from __future__ import annotations

from datetime import datetime
from typing import Required, TypedDict


class AddTagsToCertificateRequest(TypedDict, total=False):
    CertificateArn: Required[str]
    Tags: Required[list[Tag]]


class CertificateDetail(TypedDict, total=False):
    CertificateArn: str
    DomainName: str
    SubjectAlternativeNames: list[str]
    ManagedBy: str
    DomainValidationOptions: list[DomainValidation]
    Serial: str
    Subject: str
    Issuer: str
    CreatedAt: datetime
    IssuedAt: datetime
    ImportedAt: datetime
    Status: str
    RevokedAt: datetime
    RevocationReason: str
    NotBefore: datetime
    NotAfter: datetime
    KeyAlgorithm: str
    SignatureAlgorithm: str
    InUseBy: list[str]
    FailureReason: str
    Type: str
    RenewalSummary: RenewalSummary
    KeyUsages: list[KeyUsage]
    ExtendedKeyUsages: list[ExtendedKeyUsage]
    CertificateAuthorityArn: str
    RenewalEligibility: str
    Options: CertificateOptions
    UpdateSummary: UpdateSummary
    CertificateKeyPairOrigin: str
    AcmeEndpointArn: str
    AcmeAccountId: str


class CertificateOptions(TypedDict, total=False):
    CertificateTransparencyLoggingPreference: str
    Export: str
    ValidationMethod: str


class CertificateSummary(TypedDict, total=False):
    CertificateArn: str
    DomainName: str
    SubjectAlternativeNameSummaries: list[str]
    HasAdditionalSubjectAlternativeNames: bool
    Status: str
    Type: str
    KeyAlgorithm: str
    KeyUsages: list[str]
    ExtendedKeyUsages: list[str]
    ExportOption: str
    InUse: bool
    Exported: bool
    RenewalEligibility: str
    NotBefore: datetime
    NotAfter: datetime
    CreatedAt: datetime
    IssuedAt: datetime
    ImportedAt: datetime
    RevokedAt: datetime
    ManagedBy: str
    CertificateKeyPairOrigin: str


class DeleteCertificateRequest(TypedDict, total=False):
    CertificateArn: Required[str]


class DescribeCertificateRequest(TypedDict, total=False):
    CertificateArn: Required[str]


class DescribeCertificateResponse(TypedDict, total=False):
    Certificate: CertificateDetail


class DomainValidation(TypedDict, total=False):
    DomainName: Required[str]
    ValidationEmails: list[str]
    ValidationDomain: str
    ValidationStatus: str
    ResourceRecord: ResourceRecord
    HttpRedirect: HttpRedirect
    ValidationMethod: str


class DomainValidationMethodUpdateSummary(TypedDict, total=False):
    From: str
    To: str


class DomainValidationOption(TypedDict, total=False):
    DomainName: Required[str]
    ValidationDomain: Required[str]


class ExportCertificateRequest(TypedDict, total=False):
    CertificateArn: Required[str]
    Passphrase: Required[bytes]


class ExportCertificateResponse(TypedDict, total=False):
    Certificate: str
    CertificateChain: str
    PrivateKey: str


class ExtendedKeyUsage(TypedDict, total=False):
    Name: str
    OID: str


class Filters(TypedDict, total=False):
    extendedKeyUsage: list[str]
    keyUsage: list[str]
    keyTypes: list[str]
    exportOption: str
    managedBy: str


class GetCertificateRequest(TypedDict, total=False):
    CertificateArn: Required[str]


class GetCertificateResponse(TypedDict, total=False):
    Certificate: str
    CertificateChain: str


class HttpRedirect(TypedDict, total=False):
    RedirectFrom: str
    RedirectTo: str


class ImportCertificateRequest(TypedDict, total=False):
    CertificateArn: str
    Certificate: Required[bytes]
    PrivateKey: Required[bytes]
    CertificateChain: bytes
    Tags: list[Tag]


class ImportCertificateResponse(TypedDict, total=False):
    CertificateArn: str


class KeyUsage(TypedDict, total=False):
    Name: str


class ListCertificatesRequest(TypedDict, total=False):
    CertificateStatuses: list[str]
    CertificateKeyPairOrigins: list[str]
    Includes: Filters
    NextToken: str
    MaxItems: int
    SortBy: str
    SortOrder: str


class ListCertificatesResponse(TypedDict, total=False):
    NextToken: str
    CertificateSummaryList: list[CertificateSummary]


class ListTagsForCertificateRequest(TypedDict, total=False):
    CertificateArn: Required[str]


class ListTagsForCertificateResponse(TypedDict, total=False):
    Tags: list[Tag]


class ListTagsForResourceRequest(TypedDict, total=False):
    ResourceArn: Required[str]


class ListTagsForResourceResponse(TypedDict, total=False):
    Tags: list[Tag]


class RemoveTagsFromCertificateRequest(TypedDict, total=False):
    CertificateArn: Required[str]
    Tags: Required[list[Tag]]


class RenewalSummary(TypedDict, total=False):
    RenewalStatus: Required[str]
    DomainValidationOptions: Required[list[DomainValidation]]
    RenewalStatusReason: str
    UpdatedAt: Required[datetime]


class RequestCertificateRequest(TypedDict, total=False):
    DomainName: Required[str]
    ValidationMethod: str
    SubjectAlternativeNames: list[str]
    IdempotencyToken: str
    DomainValidationOptions: list[DomainValidationOption]
    Options: CertificateOptions
    CertificateAuthorityArn: str
    Tags: list[Tag]
    KeyAlgorithm: str
    ManagedBy: str


class RequestCertificateResponse(TypedDict, total=False):
    CertificateArn: str


class ResendValidationEmailRequest(TypedDict, total=False):
    CertificateArn: Required[str]
    Domain: Required[str]
    ValidationDomain: Required[str]


class ResourceRecord(TypedDict, total=False):
    Name: Required[str]
    Type: Required[str]
    Value: Required[str]


class Tag(TypedDict, total=False):
    Key: Required[str]
    Value: str


class TagResourceRequest(TypedDict, total=False):
    ResourceArn: Required[str]
    Tags: Required[list[Tag]]


class ThrottlingReason(TypedDict, total=False):
    reason: str
    resource: str


class UntagResourceRequest(TypedDict, total=False):
    ResourceArn: Required[str]
    TagKeys: Required[list[str]]


class UpdateCertificateOptionsRequest(TypedDict, total=False):
    CertificateArn: Required[str]
    Options: Required[CertificateOptions]


class UpdateSummary(TypedDict, total=False):
    Status: str
    Type: str
    DomainValidationMethodUpdateSummary: DomainValidationMethodUpdateSummary
    RequestedAt: datetime
    UpdatedAt: datetime
