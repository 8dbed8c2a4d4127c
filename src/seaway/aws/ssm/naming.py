"""Parameters' names: which are allowed, and which parameter one means."""

from __future__ import annotations

import re

from seaway.aws.call import Call
from seaway.aws.errors import ValidationException
from seaway.aws.ssm.errors import (
    AccessDeniedException,
    HierarchyLevelLimitExceededException,
    ParameterNotFound,
    ParameterVersionNotFound,
)
from seaway.aws.ssm.public import public_parameter
from seaway.core.names import Place, place_of
from seaway.core.parameters import Parameter, ParameterVersion, parameter_key, split_selector
from seaway.store.transaction import Transaction

DEEPEST = 15
"""Levels a hierarchy may have (API: PutParameter)."""

LONGEST = 1011
"""Characters of an ARN."""

_NAME = re.compile(r"/?[a-zA-Z0-9_.-]+(/[a-zA-Z0-9_.-]+)*")
_PATH = re.compile(r"/|(/[a-zA-Z0-9_.-]+)+/?")
_SLASHES = (
    "If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can "
    "be formed as a mix of letters, numbers and the following 3 symbols .-_"
)


def checked_name(name: str, place: Place) -> str:
    """A new parameter's name. Raises what PutParameter says of one that cannot be."""
    name = name.strip()
    first = name.lstrip("/").lower()
    if first.startswith("aws"):
        if name.startswith("/"):
            raise AccessDeniedException(f"No access to reserved parameter name: {name}.")
        raise ValidationException(
            'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).'
        )
    if first.startswith("ssm"):
        raise ValidationException(
            f'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). {_SLASHES}'
        )
    if not _NAME.fullmatch(name):
        raise ValidationException(
            f'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). {_SLASHES}'
        )
    if "/" in name and not name.startswith("/"):
        raise ValidationException(
            "Parameter name must be a fully qualified name. A name in a hierarchy begins with /."
        )
    if name.count("/") > DEEPEST:
        raise HierarchyLevelLimitExceededException(
            f"Hierarchy level exceeds the limit of {DEEPEST}. The parameter name is {name}."
        )
    if len(place.arn("ssm", f"parameter/{name.removeprefix('/')}")) > LONGEST:
        raise ValidationException(f"Parameter name: the ARN can have {LONGEST} characters at most.")
    return name


def checked_path(path: str) -> str:
    """A hierarchy to look through, with a slash at its end. Raises ValidationException."""
    if not _PATH.fullmatch(path):
        raise ValidationException(
            "The parameter doesn't meet the parameter name requirements. The parameter name must "
            'begin with a forward slash "/". It can\'t be prefixed with "aws" or "ssm" '
            "(case-insensitive). It must use only letters, numbers, or the following symbols: . "
            "(period), - (hyphen), _ (underscore). Special characters are not allowed. All "
            'sub-paths, if specified, must use the forward slash symbol "/". Valid example: '
            "/get/parameters2-/by1./path0_."
        )
    return path if path.endswith("/") else f"{path}/"


def meant(tx: Transaction, call: Call, name: str) -> Parameter | None:
    """The parameter of a name or an ARN without selector, public ones included."""
    name = name.strip()
    if name.startswith("arn:"):
        place, path = place_of(name), name.partition(":parameter/")[2]
        names = [f"/{path}", path]
    else:
        place, names = call.place, [name]
    for one in names:
        found = tx.find(Parameter, parameter_key(place, one)) or public_parameter(tx, place, one)
        if found is not None:
            return found
    return None


def named(tx: Transaction, call: Call, name: str) -> Parameter:
    """The parameter of this name or ARN. Raises ParameterNotFound."""
    found = meant(tx, call, name)
    if found is None:
        raise ParameterNotFound(f"Parameter {name} not found.")
    return found


def selected(tx: Transaction, call: Call, asked: str) -> tuple[Parameter, ParameterVersion, str]:
    """The parameter, version and selector of ``name``, ``name:version`` or ``name:label``.

    Raises ParameterNotFound, ParameterVersionNotFound.
    """
    name, selector = split_selector(asked)
    found = meant(tx, call, name)
    if found is None:
        raise ParameterNotFound("")
    version = found.version(selector)
    if version is None:
        raise ParameterVersionNotFound(
            f"Systems Manager could not find version {selector} of {found.name}. "
            "Verify the version and try again."
        )
    return found, version, selector
