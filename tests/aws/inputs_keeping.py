"""The requests of test_nothing_ignored.py for parameters, secrets, functions and certificates."""

from __future__ import annotations

from tests.aws.inputs import Case
from tests.aws.inputs_watching import HOME, kept

HOOKS, CALLS = (f"arn:aws:iam::000000000000:role/{name}" for name in ("hooks", "calls"))
TOKEN, OTHER_TOKEN = "0" * 32, "1" * 32
TAGGED = {"Tags": [{"Key": "owner", "Value": "us"}]}
KEY = f"arn:aws:kms:{HOME}:key/probe"
_ANSWERED = ("Name", "ClientRequestToken")
_BINARY = {"SecretString": None, "SecretBinary": "other"}
_FUNCTION = {
    "FunctionName": "new",
    "Runtime": "python3.12",
    "Role": HOOKS,
    "Handler": "index.handle",
    "Code": {"S3Bucket": "code", "S3Key": "one"},
}

KEEPING = (
    Case(
        service="ssm",
        operation="PutParameter",
        refused=("Policies",),
        kept=kept("ssm", "PutParameter", "GetParameter shows them", "Tier", "Overwrite"),
        effectless={"Overwrite": "the first version is over nothing"},
        base={"Name": "new", "Value": "one", "Type": "String"},
        values={
            "Type": "StringList",
            "AllowedPattern": "o.e",
            "DataType": "aws:ec2:image",
            "Tier": "Advanced",
        },
        beside={
            "KeyId": {"Type": "SecureString"},
            "DataType": {"Value": "ami-0123456789abcdef0"},
            "Tags": TAGGED,
        },
    ),
    Case(
        service="secretsmanager",
        operation="CreateSecret",
        refused=(
            "AddReplicaRegions",
            "ForceOverwriteReplicaSecret",
            "Type",
            "CrossAccountPrimaryARN",
        ),
        kept=kept("secretsmanager", "CreateSecret", "DescribeSecret shows them", *_ANSWERED),
        base={"Name": "new", "SecretString": "one", "ClientRequestToken": TOKEN},
        values={"ClientRequestToken": OTHER_TOKEN},
        beside={"SecretBinary": _BINARY, "Tags": TAGGED},
    ),
    Case(
        service="secretsmanager",
        operation="PutSecretValue",
        refused=("RotationToken",),
        kept=dict.fromkeys(("SecretString", "SecretBinary"), "GetSecretValue shows it"),
        base={"SecretId": "there", "SecretString": "one", "ClientRequestToken": TOKEN},
        values={
            "SecretId": "elsewhere",
            "ClientRequestToken": OTHER_TOKEN,
            "RotationToken": "probe-" + TOKEN,
        },
        beside={"SecretBinary": _BINARY},
    ),
    Case(
        service="ecs",
        operation="UpdateTaskProtection",
        base={"cluster": "default", "tasks": ["{task-in-default}"], "protectionEnabled": False},
        values={"cluster": "fargate", "tasks": ["{task-in-fargate}"], "expiresInMinutes": 77},
        beside={"expiresInMinutes": {"protectionEnabled": True}},
    ),
    Case(
        service="ecs",
        operation="UpdateCapacityProvider",
        refused=("cluster", "managedInstancesProvider"),
        base={"name": "there", "autoScalingGroupProvider": {}},
        values={
            "name": "elsewhere",
            "autoScalingGroupProvider.managedScaling.status": "ENABLED",
            "autoScalingGroupProvider.managedTerminationProtection": "ENABLED",
            "autoScalingGroupProvider.managedDraining": "DISABLED",
        },
        beside={
            "autoScalingGroupProvider.managedTerminationProtection": {
                "autoScalingGroupProvider": {"managedScaling": {"status": "ENABLED"}}
            }
        },
    ),
    Case(
        service="acm",
        operation="RequestCertificate",
        refused=("DomainValidationOptions", "ManagedBy", "Options"),
        kept=kept("acm", "RequestCertificate", "DescribeCertificate shows them"),
        base={"DomainName": "new.example"},
        values={
            "DomainName": "other.example",
            "ValidationMethod": "DNS",
            "KeyAlgorithm": "EC_prime256v1",
            "DomainValidationOptions[].DomainName": "new.example",
            "DomainValidationOptions[].ValidationDomain": "example",
            "Options.CertificateTransparencyLoggingPreference": "ENABLED",
            "Options.Export": "ENABLED",
            "SubjectAlternativeNames": ["www.new.example"],
            "CertificateAuthorityArn": "{authority}",
        },
        beside={"Tags": TAGGED},
    ),
    Case(
        service="acm",
        operation="ImportCertificate",
        # One that does not belong to the other; both together are test_certificates.py's.
        refused=("Certificate", "PrivateKey"),
        kept=kept("acm", "ImportCertificate", "GetCertificate shows them", "CertificateArn"),
        base={"Certificate": "{one-pem}", "PrivateKey": "{one-key}"},
        values={
            "CertificateArn": "{imported}",
            "Certificate": "{two-pem}",
            "PrivateKey": "{two-key}",
            "CertificateChain": "{one-signer}",
        },
        beside={"Tags": TAGGED},
    ),
    Case(
        service="lambda",
        operation="CreateFunction",
        refused=(
            "Code.S3ObjectVersion",
            "Code.S3ObjectStorageMode",
            "Code.ImageUri",
            "Code.SourceKMSKeyArn",
            "Publish",
            "PublishTo",
            "VpcConfig",
            "PackageType",
            "DeadLetterConfig",
            "KMSKeyArn",
            "TracingConfig",
            "Layers",
            "FileSystemConfigs",
            "CodeSigningConfigArn",
            "ImageConfig",
            "EphemeralStorage",
            "SnapStart",
            "LoggingConfig.LogFormat",
            "LoggingConfig.ApplicationLogLevel",
            "LoggingConfig.SystemLogLevel",
            "TenancyConfig",
            "CapacityProviderConfig",
            "DurableConfig",
            "RuntimeConfig",
            "AcceleratorConfig",
        ),
        kept={"Tags": "GetFunction shows them"},
        base=_FUNCTION,
        values={
            "Runtime": "python3.11",
            "Role": CALLS,
            "MemorySize": 256,
            "Code.ZipFile": "{zip-two}",
            "Code.S3Bucket": "spare",
            "Code.S3Key": "two",
            "Code.SourceKMSKeyArn": KEY,
            "VpcConfig.SubnetIds": ["subnet-1"],
            "VpcConfig.SecurityGroupIds": ["sg-1"],
            "DeadLetterConfig.TargetArn": f"arn:aws:sqs:{HOME}:probe",
            "KMSKeyArn": KEY,
            "TracingConfig.Mode": "Active",
            "Layers": [f"arn:aws:lambda:{HOME}:layer:probe:1"],
            "CodeSigningConfigArn": f"arn:aws:lambda:{HOME}:code-signing-config:csc-{'0' * 17}",
            "EphemeralStorage.Size": 1024,
            "SnapStart.ApplyOn": "PublishedVersions",
            "LoggingConfig.LogFormat": "JSON",
            "CapacityProviderConfig.LambdaManagedInstancesCapacityProviderConfig"
            ".CapacityProviderArn": f"arn:aws:lambda:{HOME}:capacity-provider:probe",
            "DurableConfig.KMSKeyArn": KEY,
            "RuntimeConfig.RuntimeArn": f"arn:aws:lambda:us-east-1::runtime:{'0' * 64}",
        },
        beside={"Code.ZipFile": {"Code": {"ZipFile": "{zip-one}"}}},
    ),
)
