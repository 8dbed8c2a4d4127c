"""AWS::SSM::Parameter and AWS::SecretsManager::Secret."""

from __future__ import annotations

import json
from typing import Any

from seaway.core.stack import Refused
from seaway.reconcile.stack_types.kinds import Kind, Made, Properties, Work, unchanged

_SAID = ("Description", "AllowedPattern", "Tier", "DataType")


def _create_parameter(work: Work) -> Made:
    work.only("Name", "Type", "Value", "Tags", *_SAID)
    name, kind, value = work.name("Name", 1011), work.need("Type"), work.need("Value")
    tags = [{"Key": k, "Value": str(v)} for k, v in (work.get("Tags") or {}).items()]
    tags += [{"Key": key, "Value": text} for key, text in work.stack_tags]
    work(
        "ssm",
        "PutParameter",
        Name=name,
        Type=kind,
        Value=value,
        Tags=tags or None,
        **work.some(*_SAID),
    )
    return Made(name, {"Type": kind, "Value": value})


def _update_parameter(work: Work, old: Properties) -> Made:
    value = work.need("Value")
    work(
        "ssm",
        "PutParameter",
        Name=work.physical,
        Value=value,
        Type=work.need("Type"),
        Overwrite=True,
        **work.some(*_SAID),
    )
    return Made(work.physical, {"Type": work.need("Type"), "Value": value})


PARAMETER = Kind(
    create=_create_parameter,
    update=_update_parameter,
    mutable=frozenset({"Value", "Type", *_SAID}),
    delete=lambda work: work("ssm", "DeleteParameter", Name=work.physical),
)


def _create_secret(work: Work) -> Made:
    work.only("Name", "Description", "KmsKeyId", "SecretString", "GenerateSecretString", "Tags")
    made = work(
        "secretsmanager",
        "CreateSecret",
        Name=work.name("Name", 500),
        SecretString=_content(work),
        Tags=work.tags(),
        **work.some("Description", "KmsKeyId"),
    )
    return Made(made["ARN"], {"Id": made["ARN"]})


def _content(work: Work) -> str | None:
    """The text given, or a password by chance: alone, or as a member of a JSON template."""
    rules: dict[str, Any] = dict(work.get("GenerateSecretString") or {})
    if "GenerateSecretString" not in work.properties:
        text: str | None = work.get("SecretString")
        return text
    template, key = rules.pop("SecretStringTemplate", None), rules.pop("GenerateStringKey", None)
    if (template is None) != (key is None):
        raise Refused(
            "ValidationError",
            "GenerateStringKey and SecretStringTemplate must be given together.",
        )
    password: str = work("secretsmanager", "GetRandomPassword", **rules)["RandomPassword"]
    return password if template is None else json.dumps({**json.loads(template), key: password})


def _update_secret(work: Work, old: Properties) -> Made:
    """The description and a text that is given; what was made by chance stays."""
    given = work.some("Description", "KmsKeyId")
    if work.get("SecretString") != old.get("SecretString"):
        given |= work.some("SecretString")
    work("secretsmanager", "UpdateSecret", SecretId=work.physical, **given)
    return unchanged(work)


SECRET = Kind(
    create=_create_secret,
    update=_update_secret,
    mutable=frozenset({"Description", "KmsKeyId", "SecretString"}),
    delete=lambda work: work(
        "secretsmanager",
        "DeleteSecret",
        SecretId=work.physical,
        ForceDeleteWithoutRecovery=True,
    ),
)

TYPES = {"AWS::SSM::Parameter": PARAMETER, "AWS::SecretsManager::Secret": SECRET}
