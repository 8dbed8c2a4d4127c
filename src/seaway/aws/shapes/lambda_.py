"""Shapes of lambda (API version 2015-03-31). Written by tools/generate_shapes.py; do not edit."""

from __future__ import annotations

from typing import Required, TypedDict


class AcceleratorConfig(TypedDict, total=False):
    AcceleratorMemorySize: Required[int]


class AddPermissionRequest(TypedDict, total=False):
    FunctionName: Required[str]
    StatementId: Required[str]
    Action: Required[str]
    Principal: Required[str]
    SourceArn: str
    FunctionUrlAuthType: str
    InvokedViaFunctionUrl: bool
    SourceAccount: str
    EventSourceToken: str
    Qualifier: str
    RevisionId: str
    PrincipalOrgID: str


class AddPermissionResponse(TypedDict, total=False):
    Statement: str


class CapacityProviderConfig(TypedDict, total=False):
    LambdaManagedInstancesCapacityProviderConfig: Required[LambdaManagedInstancesCapacityProviderConfig]


class Concurrency(TypedDict, total=False):
    ReservedConcurrentExecutions: int


class CreateFunctionRequest(TypedDict, total=False):
    FunctionName: Required[str]
    Runtime: str
    Role: Required[str]
    Handler: str
    Code: Required[FunctionCode]
    Description: str
    Timeout: int
    MemorySize: int
    Publish: bool
    PublishTo: str
    VpcConfig: VpcConfig
    PackageType: str
    DeadLetterConfig: DeadLetterConfig
    Environment: Environment
    KMSKeyArn: str
    TracingConfig: TracingConfig
    Tags: dict[str, str]
    Layers: list[str]
    FileSystemConfigs: list[FileSystemConfig]
    CodeSigningConfigArn: str
    ImageConfig: ImageConfig
    Architectures: list[str]
    EphemeralStorage: EphemeralStorage
    SnapStart: SnapStart
    LoggingConfig: LoggingConfig
    TenancyConfig: TenancyConfig
    CapacityProviderConfig: CapacityProviderConfig
    DurableConfig: DurableConfig
    RuntimeConfig: FunctionRuntimeConfig
    AcceleratorConfig: AcceleratorConfig


class DeadLetterConfig(TypedDict, total=False):
    TargetArn: str


class DeleteFunctionRequest(TypedDict, total=False):
    FunctionName: Required[str]
    Qualifier: str


class DeleteFunctionResponse(TypedDict, total=False):
    StatusCode: int


class DurableConfig(TypedDict, total=False):
    KMSKeyArn: str
    RetentionPeriodInDays: int
    ExecutionTimeout: int


class Environment(TypedDict, total=False):
    Variables: dict[str, str]


class EnvironmentError(TypedDict, total=False):
    ErrorCode: str
    Message: str


class EnvironmentResponse(TypedDict, total=False):
    Variables: dict[str, str]
    Error: EnvironmentError


class EphemeralStorage(TypedDict, total=False):
    Size: Required[int]


class FileSystemConfig(TypedDict, total=False):
    Arn: Required[str]
    LocalMountPath: Required[str]
    S3FilesConfig: S3FilesConfig


class FunctionCode(TypedDict, total=False):
    ZipFile: bytes
    S3Bucket: str
    S3Key: str
    S3ObjectVersion: str
    S3ObjectStorageMode: str
    ImageUri: str
    SourceKMSKeyArn: str


class FunctionCodeLocation(TypedDict, total=False):
    RepositoryType: str
    Location: str
    ImageUri: str
    ResolvedImageUri: str
    ResolvedS3Object: ResolvedS3Object
    SourceKMSKeyArn: str
    Error: FunctionCodeLocationError


class FunctionCodeLocationError(TypedDict, total=False):
    ErrorCode: str
    Message: str


class FunctionConfiguration(TypedDict, total=False):
    FunctionName: str
    FunctionArn: str
    Runtime: str
    Role: str
    Handler: str
    CodeSize: int
    Description: str
    Timeout: int
    MemorySize: int
    LastModified: str
    CodeSha256: str
    Version: str
    VpcConfig: VpcConfigResponse
    DeadLetterConfig: DeadLetterConfig
    Environment: EnvironmentResponse
    KMSKeyArn: str
    TracingConfig: TracingConfigResponse
    MasterArn: str
    RevisionId: str
    Layers: list[Layer]
    State: str
    StateReason: str
    StateReasonCode: str
    LastUpdateStatus: str
    LastUpdateStatusReason: str
    LastUpdateStatusReasonCode: str
    FileSystemConfigs: list[FileSystemConfig]
    SigningProfileVersionArn: str
    SigningJobArn: str
    PackageType: str
    ImageConfigResponse: ImageConfigResponse
    Architectures: list[str]
    EphemeralStorage: EphemeralStorage
    SnapStart: SnapStartResponse
    RuntimeVersionConfig: RuntimeVersionConfig
    LoggingConfig: LoggingConfig
    TenancyConfig: TenancyConfig
    CapacityProviderConfig: CapacityProviderConfig
    ConfigSha256: str
    DurableConfig: DurableConfig
    RuntimeConfig: FunctionRuntimeConfig
    AcceleratorConfig: AcceleratorConfig


class FunctionRuntimeConfig(TypedDict, total=False):
    RuntimeArn: Required[str]
    RuntimeAlias: Required[str]


class GetFunctionConfigurationRequest(TypedDict, total=False):
    FunctionName: Required[str]
    Qualifier: str


class GetFunctionRequest(TypedDict, total=False):
    FunctionName: Required[str]
    Qualifier: str


class GetFunctionResponse(TypedDict, total=False):
    Configuration: FunctionConfiguration
    Code: FunctionCodeLocation
    Tags: dict[str, str]
    TagsError: TagsError
    Concurrency: Concurrency


class GetPolicyRequest(TypedDict, total=False):
    FunctionName: Required[str]
    Qualifier: str


class GetPolicyResponse(TypedDict, total=False):
    Policy: str
    RevisionId: str


class ImageConfig(TypedDict, total=False):
    EntryPoint: list[str]
    Command: list[str]
    WorkingDirectory: str


class ImageConfigError(TypedDict, total=False):
    ErrorCode: str
    Message: str


class ImageConfigResponse(TypedDict, total=False):
    ImageConfig: ImageConfig
    Error: ImageConfigError


class InvocationRequest(TypedDict, total=False):
    FunctionName: Required[str]
    InvocationType: str
    LogType: str
    ClientContext: str
    DurableExecutionName: str
    Payload: bytes
    Qualifier: str
    TenantId: str


class InvocationResponse(TypedDict, total=False):
    StatusCode: int
    FunctionError: str
    LogResult: str
    Payload: bytes
    ExecutedVersion: str
    DurableExecutionArn: str


class LambdaManagedInstancesCapacityProviderConfig(TypedDict, total=False):
    CapacityProviderArn: Required[str]
    PerExecutionEnvironmentMaxConcurrency: int
    ExecutionEnvironmentMemoryGiBPerVCpu: float


class Layer(TypedDict, total=False):
    Arn: str
    CodeSize: int
    SigningProfileVersionArn: str
    SigningJobArn: str


class ListFunctionsRequest(TypedDict, total=False):
    MasterRegion: str
    FunctionVersion: str
    Marker: str
    MaxItems: int


class ListFunctionsResponse(TypedDict, total=False):
    NextMarker: str
    Functions: list[FunctionConfiguration]


class ListTagsRequest(TypedDict, total=False):
    Resource: Required[str]


class ListTagsResponse(TypedDict, total=False):
    Tags: dict[str, str]


class LoggingConfig(TypedDict, total=False):
    LogFormat: str
    ApplicationLogLevel: str
    SystemLogLevel: str
    LogGroup: str


class RemovePermissionRequest(TypedDict, total=False):
    FunctionName: Required[str]
    StatementId: Required[str]
    Qualifier: str
    RevisionId: str


class ResolvedS3Object(TypedDict, total=False):
    S3Bucket: str
    S3Key: str
    S3ObjectVersion: str


class RuntimeVersionConfig(TypedDict, total=False):
    RuntimeVersionArn: str
    Error: RuntimeVersionError


class RuntimeVersionError(TypedDict, total=False):
    ErrorCode: str
    Message: str


class S3FilesConfig(TypedDict, total=False):
    DirectS3Read: str


class SnapStart(TypedDict, total=False):
    ApplyOn: str


class SnapStartResponse(TypedDict, total=False):
    ApplyOn: str
    OptimizationStatus: str


class TagResourceRequest(TypedDict, total=False):
    Resource: Required[str]
    Tags: Required[dict[str, str]]


class TagsError(TypedDict, total=False):
    ErrorCode: Required[str]
    Message: Required[str]


class TenancyConfig(TypedDict, total=False):
    TenantIsolationMode: Required[str]


class TracingConfig(TypedDict, total=False):
    Mode: str


class TracingConfigResponse(TypedDict, total=False):
    Mode: str


class UntagResourceRequest(TypedDict, total=False):
    Resource: Required[str]
    TagKeys: Required[list[str]]


class UpdateFunctionCodeRequest(TypedDict, total=False):
    FunctionName: Required[str]
    ZipFile: bytes
    S3Bucket: str
    S3Key: str
    S3ObjectVersion: str
    S3ObjectStorageMode: str
    ImageUri: str
    Architectures: list[str]
    Publish: bool
    PublishTo: str
    DryRun: bool
    RevisionId: str
    SourceKMSKeyArn: str


class UpdateFunctionConfigurationRequest(TypedDict, total=False):
    FunctionName: Required[str]
    Role: str
    Handler: str
    Description: str
    Timeout: int
    MemorySize: int
    VpcConfig: VpcConfig
    Environment: Environment
    Runtime: str
    DeadLetterConfig: DeadLetterConfig
    KMSKeyArn: str
    TracingConfig: TracingConfig
    RevisionId: str
    Layers: list[str]
    FileSystemConfigs: list[FileSystemConfig]
    ImageConfig: ImageConfig
    EphemeralStorage: EphemeralStorage
    SnapStart: SnapStart
    LoggingConfig: LoggingConfig
    CapacityProviderConfig: CapacityProviderConfig
    DurableConfig: DurableConfig
    RuntimeConfig: FunctionRuntimeConfig
    AcceleratorConfig: AcceleratorConfig


class VpcConfig(TypedDict, total=False):
    SubnetIds: list[str]
    SecurityGroupIds: list[str]
    Ipv6AllowedForDualStack: bool


class VpcConfigResponse(TypedDict, total=False):
    SubnetIds: list[str]
    SecurityGroupIds: list[str]
    VpcId: str
    Ipv6AllowedForDualStack: bool
