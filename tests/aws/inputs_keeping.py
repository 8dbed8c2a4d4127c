"""The requests of test_nothing_ignored.py for parameters, secrets, functions and certificates."""

from __future__ import annotations

from tests.aws.inputs import Case
from tests.aws.inputs_watching import ROLE, kept

_AS_DESCRIBED = "DescribeCertificate shows it"

KEEPING = (
    Case(
        service="ssm",
        operation="PutParameter",
        base={"Name": "new", "Value": "one", "Type": "String"},
    ),
    Case(
        service="secretsmanager",
        operation="CreateSecret",
        base={"Name": "new", "SecretString": "one"},
    ),
    Case(
        service="secretsmanager",
        operation="PutSecretValue",
        base={"SecretId": "there", "SecretString": "one"},
    ),
    Case(
        service="ecs",
        operation="UpdateTaskProtection",
        base={"cluster": "default", "tasks": ["{task}"], "protectionEnabled": True},
    ),
    Case(
        service="ecs",
        operation="UpdateCapacityProvider",
        base={"name": "there", "autoScalingGroupProvider": {}},
    ),
    Case(
        service="acm",
        operation="RequestCertificate",
        base={"DomainName": "new.example"},
    ),
    Case(
        service="acm",
        operation="ImportCertificate",
        base={"Certificate": "{leaf}", "PrivateKey": "{leaf-key}"},
    ),
    Case(
        service="lambda",
        operation="CreateFunction",
        base={
            "FunctionName": "new",
            "Runtime": "python3.12",
            "Role": ROLE,
            "Handler": "index.handle",
            "Code": {"ZipFile": "{zip}"},
        },
    ),
)
