"""Parameters come, change and go."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.errors import ValidationException
from seaway.aws.operation import operation
from seaway.aws.ssm.errors import (
    HierarchyTypeMismatchException,
    InvalidAllowedPatternException,
    ParameterAlreadyExists,
    ParameterMaxVersionLimitExceeded,
    ParameterNotFound,
    ParameterPatternMismatchException,
    not_built,
)
from seaway.aws.ssm.naming import checked_name
from seaway.aws.ssm.tags import parse_tags
from seaway.core.identity import Credential
from seaway.core.parameters import Parameter, ParameterVersion, oldest_goes, parameter_key
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ssm as shapes

LARGEST = {"Standard": 4096, "Advanced": 8192}
"""Bytes of a value (API: Tier)."""

DEFAULT_KEY = "alias/aws/ssm"
_IMAGE = re.compile(r"ami-[0-9a-zA-Z]{8,17}")


@operation("ssm")
def put_parameter(
    tx: Transaction, call: Call, request: shapes.PutParameterRequest
) -> shapes.PutParameterResult:
    """Make a parameter, or with Overwrite its next version (API: PutParameter)."""
    if request.get("Policies"):
        raise not_built("Policies")
    if request.get("Overwrite") and request.get("Tags"):
        raise ValidationException(
            "Invalid request: tags and overwrite can't be used together. To create a parameter "
            "with tags, please remove overwrite flag. To update tags for an existing parameter, "
            "please use AddTagsToResource or RemoveTagsFromResource."
        )
    name = checked_name(request["Name"], call.place)
    before = tx.find(Parameter, parameter_key(call.place, name))
    if before is not None and not request.get("Overwrite"):
        raise ParameterAlreadyExists(
            "The parameter already exists. To overwrite this value, set the overwrite option in "
            "the request to true."
        )
    version = _version(tx, call, request, before)
    if before is None:
        made = Parameter(
            key=parameter_key(call.place, name),
            name=name,
            account=call.account,
            region=call.region,
            versions=(version,),
            tags=parse_tags(request.get("Tags", ())),
        )
    else:
        made = replace(before, versions=(*_room_in(before), version))
    tx.put(made)
    return {"Version": version.number, "Tier": version.tier}


@operation("ssm")
def delete_parameter(
    tx: Transaction, call: Call, request: shapes.DeleteParameterRequest
) -> shapes.DeleteParameterResult:
    """Drop a parameter with all its versions (API: DeleteParameter)."""
    found = tx.find(Parameter, parameter_key(call.place, request["Name"].strip()))
    if found is None:
        raise ParameterNotFound("")
    tx.drop(found)
    return {}


@operation("ssm")
def delete_parameters(
    tx: Transaction, call: Call, request: shapes.DeleteParametersRequest
) -> shapes.DeleteParametersResult:
    """Drop those that are there, and say which are not (API: DeleteParameters)."""
    gone: list[str] = []
    unknown: list[str] = []
    for name in dict.fromkeys(request["Names"]):
        found = tx.find(Parameter, parameter_key(call.place, name.strip()))
        if found is None:
            unknown.append(name)
        else:
            gone.append(name)
            tx.drop(found)
    return {"DeletedParameters": gone, "InvalidParameters": unknown}


def _room_in(before: Parameter) -> tuple[ParameterVersion, ...]:
    kept = oldest_goes(before)
    if kept is None:
        raise ParameterMaxVersionLimitExceeded(
            f"You attempted to create a new version of {before.name} by calling the PutParameter "
            f"API with the overwrite flag. Version {before.versions[0].number}, the oldest "
            "version, can't be deleted because it has a label associated with it. Move the label "
            "to another version of the parameter, and try again."
        )
    return kept


def _version(
    tx: Transaction, call: Call, request: shapes.PutParameterRequest, before: Parameter | None
) -> ParameterVersion:
    """The version a request describes; what it does not say stays as it was."""
    there = before.latest if before else None
    kind = request.get("Type") or (there.type if there else None)
    if kind is None:
        raise ValidationException("A parameter type is required when you create a parameter.")
    if there is not None and (kind == "SecureString") != (there.type == "SecureString"):
        raise HierarchyTypeMismatchException(
            f"Parameter {request['Name']} is of type {there.type} and cannot become {kind}."
        )
    if request.get("KeyId") and kind != "SecureString":
        raise ValidationException(
            f"KeyId is required for SecureString type parameter only, and {kind} is given."
        )
    credential = tx.find(Credential, call.access_key)
    version = ParameterVersion(
        number=there.number + 1 if there else 1,
        value=request["Value"],
        type=kind,
        modified_at=call.moment.now,
        modified_by=credential.principal if credential else f"arn:aws:iam::{call.account}:root",
        description=request.get("Description", there.description if there else None),
        pattern=request.get("AllowedPattern", there.pattern if there else None),
        tier=_tier(request, there),
        data_type=request.get("DataType") or (there.data_type if there else "text"),
        key_id=request.get("KeyId", DEFAULT_KEY) if kind == "SecureString" else None,
    )
    _check_value(version)
    return version


def _tier(request: shapes.PutParameterRequest, there: ParameterVersion | None) -> str:
    tier = request.get("Tier") or (there.tier if there else "Standard")
    size = len(request["Value"].encode())
    if tier == "Intelligent-Tiering":
        advanced = size > LARGEST["Standard"] or (there and there.tier == "Advanced")
        tier = "Advanced" if advanced else "Standard"
    if there is not None and there.tier == "Advanced" and tier == "Standard":
        raise ValidationException(
            "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from "
            "the advanced-parameter tier to the standard-parameter tier."
        )
    if size > LARGEST[tier]:
        text = (
            f"{tier} tier parameters support a maximum parameter value of {LARGEST[tier]} "
            "characters."
        )
        if tier == "Standard":
            text += (
                " To create a larger parameter value, upgrade the parameter to use the "
                "advanced-parameter tier."
            )
        raise ValidationException(text)
    return tier


def _check_value(version: ParameterVersion) -> None:
    if not version.value:
        raise ValidationException(
            "1 validation error detected: Value '' at 'value' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1."
        )
    if version.data_type not in ("text", "aws:ec2:image"):
        raise ValidationException(
            "The following data type is not supported: "
            f"{version.data_type} (Data type names are all lowercase.)"
        )
    if version.data_type == "aws:ec2:image" and not _IMAGE.fullmatch(version.value):
        raise ValidationException(
            f"Parameter value {version.value} is not of the form of an image's id (DataType)."
        )
    if version.type == "StringList" and any(not part for part in version.value.split(",")):
        raise ValidationException("A StringList's values must not be empty.")
    if not version.pattern:
        return
    try:
        fits = re.search(version.pattern, version.value) is not None
    except re.error as error:
        raise InvalidAllowedPatternException(
            f"The AllowedPattern {version.pattern} is not a regular expression: {error}"
        ) from error
    if not fits:
        raise ParameterPatternMismatchException(
            "Parameter value, cannot be validated against allowedPattern: " + version.pattern
        )
