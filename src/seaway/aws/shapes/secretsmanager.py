"""Shapes of secretsmanager (API version 2017-10-17). Written by tools/generate_shapes.py; do not edit."""

from __future__ import annotations

from datetime import datetime
from typing import Required, TypedDict


class APIErrorType(TypedDict, total=False):
    SecretId: str
    ErrorCode: str
    Message: str


class BatchGetSecretValueRequest(TypedDict, total=False):
    SecretIdList: list[str]
    Filters: list[Filter]
    MaxResults: int
    NextToken: str


class BatchGetSecretValueResponse(TypedDict, total=False):
    SecretValues: list[SecretValueEntry]
    NextToken: str
    Errors: list[APIErrorType]


class CreateSecretRequest(TypedDict, total=False):
    Name: Required[str]
    ClientRequestToken: str
    Description: str
    KmsKeyId: str
    SecretBinary: bytes
    SecretString: str
    Tags: list[Tag]
    AddReplicaRegions: list[ReplicaRegionType]
    ForceOverwriteReplicaSecret: bool
    Type: str
    CrossAccountPrimaryARN: str


class CreateSecretResponse(TypedDict, total=False):
    ARN: str
    Name: str
    VersionId: str
    ReplicationStatus: list[ReplicationStatusType]


class CrossAccountPrimaryType(TypedDict, total=False):
    PrimarySecretARN: str
    ReplicationStatus: str
    StatusMessage: str


class CrossAccountReplicaEntry(TypedDict, total=False):
    ReplicaSecretARN: str
    ReplicationRoleARN: str
    ReplicationStatus: str
    StatusMessage: str


class DeleteResourcePolicyRequest(TypedDict, total=False):
    SecretId: Required[str]
    PolicyName: str


class DeleteResourcePolicyResponse(TypedDict, total=False):
    ARN: str
    Name: str
    PolicyName: str


class DeleteSecretRequest(TypedDict, total=False):
    SecretId: Required[str]
    RecoveryWindowInDays: int
    ForceDeleteWithoutRecovery: bool


class DeleteSecretResponse(TypedDict, total=False):
    ARN: str
    Name: str
    DeletionDate: datetime


class DescribeSecretRequest(TypedDict, total=False):
    SecretId: Required[str]


class DescribeSecretResponse(TypedDict, total=False):
    ARN: str
    Name: str
    Type: str
    Description: str
    KmsKeyId: str
    RotationEnabled: bool
    RotationLambdaARN: str
    RotationRules: RotationRulesType
    ExternalSecretRotationMetadata: list[ExternalSecretRotationMetadataItem]
    ExternalSecretRotationRoleArn: str
    LastRotatedDate: datetime
    LastChangedDate: datetime
    LastAccessedDate: datetime
    DeletedDate: datetime
    NextRotationDate: datetime
    Tags: list[Tag]
    VersionIdsToStages: dict[str, list[str]]
    OwningService: str
    CreatedDate: datetime
    PrimaryRegion: str
    ReplicationStatus: list[ReplicationStatusType]
    CrossAccountPrimary: CrossAccountPrimaryType
    CrossAccountReplicas: list[CrossAccountReplicaEntry]


class ExternalSecretRotationMetadataItem(TypedDict, total=False):
    Key: str
    Value: str


class Filter(TypedDict, total=False):
    Key: str
    Values: list[str]


class GetRandomPasswordRequest(TypedDict, total=False):
    PasswordLength: int
    ExcludeCharacters: str
    ExcludeNumbers: bool
    ExcludePunctuation: bool
    ExcludeUppercase: bool
    ExcludeLowercase: bool
    IncludeSpace: bool
    RequireEachIncludedType: bool


class GetRandomPasswordResponse(TypedDict, total=False):
    RandomPassword: str


class GetResourcePolicyRequest(TypedDict, total=False):
    SecretId: Required[str]
    PolicyName: str


class GetResourcePolicyResponse(TypedDict, total=False):
    ARN: str
    Name: str
    ResourcePolicy: str
    PolicyName: str


class GetSecretValueRequest(TypedDict, total=False):
    SecretId: Required[str]
    VersionId: str
    VersionStage: str


class GetSecretValueResponse(TypedDict, total=False):
    ARN: str
    Name: str
    VersionId: str
    SecretBinary: bytes
    SecretString: str
    VersionStages: list[str]
    CreatedDate: datetime


class ListSecretVersionIdsRequest(TypedDict, total=False):
    SecretId: Required[str]
    MaxResults: int
    NextToken: str
    IncludeDeprecated: bool


class ListSecretVersionIdsResponse(TypedDict, total=False):
    Versions: list[SecretVersionsListEntry]
    NextToken: str
    ARN: str
    Name: str


class ListSecretsRequest(TypedDict, total=False):
    IncludePlannedDeletion: bool
    MaxResults: int
    NextToken: str
    Filters: list[Filter]
    SortOrder: str
    SortBy: str


class ListSecretsResponse(TypedDict, total=False):
    SecretList: list[SecretListEntry]
    NextToken: str


class PutResourcePolicyRequest(TypedDict, total=False):
    SecretId: Required[str]
    ResourcePolicy: Required[str]
    PolicyName: str
    BlockPublicPolicy: bool


class PutResourcePolicyResponse(TypedDict, total=False):
    ARN: str
    Name: str
    PolicyName: str


class PutSecretValueRequest(TypedDict, total=False):
    SecretId: Required[str]
    ClientRequestToken: str
    SecretBinary: bytes
    SecretString: str
    VersionStages: list[str]
    RotationToken: str


class PutSecretValueResponse(TypedDict, total=False):
    ARN: str
    Name: str
    VersionId: str
    VersionStages: list[str]


class ReplicaRegionType(TypedDict, total=False):
    Region: str
    KmsKeyId: str


class ReplicationStatusType(TypedDict, total=False):
    Region: str
    KmsKeyId: str
    Status: str
    StatusMessage: str
    LastAccessedDate: datetime


class RestoreSecretRequest(TypedDict, total=False):
    SecretId: Required[str]


class RestoreSecretResponse(TypedDict, total=False):
    ARN: str
    Name: str


class RotationRulesType(TypedDict, total=False):
    AutomaticallyAfterDays: int
    Duration: str
    ScheduleExpression: str


class SecretListEntry(TypedDict, total=False):
    ARN: str
    Name: str
    Type: str
    Description: str
    KmsKeyId: str
    RotationEnabled: bool
    RotationLambdaARN: str
    RotationRules: RotationRulesType
    ExternalSecretRotationMetadata: list[ExternalSecretRotationMetadataItem]
    ExternalSecretRotationRoleArn: str
    LastRotatedDate: datetime
    LastChangedDate: datetime
    LastAccessedDate: datetime
    DeletedDate: datetime
    NextRotationDate: datetime
    Tags: list[Tag]
    SecretVersionsToStages: dict[str, list[str]]
    OwningService: str
    CreatedDate: datetime
    PrimaryRegion: str


class SecretValueEntry(TypedDict, total=False):
    ARN: str
    Name: str
    VersionId: str
    SecretBinary: bytes
    SecretString: str
    VersionStages: list[str]
    CreatedDate: datetime


class SecretVersionsListEntry(TypedDict, total=False):
    VersionId: str
    VersionStages: list[str]
    LastAccessedDate: datetime
    CreatedDate: datetime
    KmsKeyIds: list[str]


class Tag(TypedDict, total=False):
    Key: str
    Value: str


class TagResourceRequest(TypedDict, total=False):
    SecretId: Required[str]
    Tags: Required[list[Tag]]


class UntagResourceRequest(TypedDict, total=False):
    SecretId: Required[str]
    TagKeys: Required[list[str]]


class UpdateSecretRequest(TypedDict, total=False):
    SecretId: Required[str]
    ClientRequestToken: str
    Description: str
    KmsKeyId: str
    SecretBinary: bytes
    SecretString: str
    Type: str


class UpdateSecretResponse(TypedDict, total=False):
    ARN: str
    Name: str
    VersionId: str


class UpdateSecretVersionStageRequest(TypedDict, total=False):
    SecretId: Required[str]
    VersionStage: Required[str]
    RemoveFromVersionId: str
    MoveToVersionId: str


class UpdateSecretVersionStageResponse(TypedDict, total=False):
    ARN: str
    Name: str
