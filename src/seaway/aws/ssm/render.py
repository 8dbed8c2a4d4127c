"""Parameters in the API's words."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from seaway.aws.instants import instant
from seaway.core.parameters import Parameter, ParameterVersion

if TYPE_CHECKING:
    from seaway.aws.shapes import ssm as shapes


def value_of(parameter: Parameter, version: ParameterVersion, decrypted: bool) -> str:
    """The value as it may be shown: of a SecureString only a print, unless it is asked for.

    AWS shows the ciphertext there; like it, the print says nothing and changes with the value.
    """
    if decrypted or version.type != "SecureString":
        return version.value
    said = f"{parameter.key}|{version.number}|{version.value}"
    return base64.b64encode(b"\x01" + hashlib.blake2b(said.encode()).digest()).decode()


def parameter(
    found: Parameter, version: ParameterVersion, *, selector: str = "", decrypted: bool = False
) -> shapes.Parameter:
    """A parameter with its value."""
    shown: shapes.Parameter = {
        "Name": found.name,
        "Type": version.type,
        "Value": value_of(found, version, decrypted),
        "Version": version.number,
        "LastModifiedDate": instant(version.modified_at),
        "ARN": found.arn,
        "DataType": version.data_type,
    }
    if selector:
        shown["Selector"] = f":{selector}"
    return shown


def metadata(found: Parameter) -> shapes.ParameterMetadata:
    """All about a parameter but its value."""
    version = found.latest
    shown: shapes.ParameterMetadata = {
        "Name": found.name,
        "ARN": found.arn,
        "Type": version.type,
        "LastModifiedDate": instant(version.modified_at),
        "LastModifiedUser": version.modified_by,
        "Version": version.number,
        "Tier": version.tier,
        "Policies": [],
        "DataType": version.data_type,
    }
    if version.description is not None:
        shown["Description"] = version.description
    if version.pattern is not None:
        shown["AllowedPattern"] = version.pattern
    if version.key_id is not None:
        shown["KeyId"] = version.key_id
    return shown


def history(
    found: Parameter, version: ParameterVersion, decrypted: bool
) -> shapes.ParameterHistory:
    """One version, with all that was said of it."""
    shown: shapes.ParameterHistory = {
        "Name": found.name,
        "Type": version.type,
        "LastModifiedDate": instant(version.modified_at),
        "LastModifiedUser": version.modified_by,
        "Value": value_of(found, version, decrypted),
        "Version": version.number,
        "Labels": list(version.labels),
        "Tier": version.tier,
        "Policies": [],
        "DataType": version.data_type,
    }
    if version.description is not None:
        shown["Description"] = version.description
    if version.pattern is not None:
        shown["AllowedPattern"] = version.pattern
    if version.key_id is not None:
        shown["KeyId"] = version.key_id
    return shown
