"""Labels: names for versions."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.operation import operation
from seaway.aws.ssm.errors import (
    ParameterNotFound,
    ParameterVersionLabelLimitExceeded,
    ParameterVersionNotFound,
)
from seaway.core.parameters import (
    MOST_LABELS,
    Parameter,
    ParameterVersion,
    labelled,
    parameter_key,
)
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ssm as shapes

_LABEL = re.compile(r"(?!aws|ssm|[0-9])[a-z0-9._-]{1,100}", re.IGNORECASE)


@operation("ssm")
def label_parameter_version(
    tx: Transaction, call: Call, request: shapes.LabelParameterVersionRequest
) -> shapes.LabelParameterVersionResult:
    """Put labels on a version, the latest by default; one on another version moves here."""
    found, version = _version(tx, call, request["Name"], request.get("ParameterVersion"))
    good = [label for label in request["Labels"] if _LABEL.fullmatch(label)]
    bad = [label for label in request["Labels"] if label not in good]
    if len({*version.labels, *good}) > MOST_LABELS:
        raise ParameterVersionLabelLimitExceeded(
            "An error occurred (ParameterVersionLabelLimitExceeded) when calling the "
            "LabelParameterVersion operation: A parameter version can have maximum "
            f"{MOST_LABELS} labels.Move one or more labels to another version and try again."
        )
    tx.put(labelled(found, version.number, good))
    return {"InvalidLabels": bad, "ParameterVersion": version.number}


@operation("ssm")
def unlabel_parameter_version(
    tx: Transaction, call: Call, request: shapes.UnlabelParameterVersionRequest
) -> shapes.UnlabelParameterVersionResult:
    """Take labels off a version (API: UnlabelParameterVersion)."""
    found, version = _version(tx, call, request["Name"], request["ParameterVersion"])
    gone = [label for label in request["Labels"] if label in version.labels]
    bad = [label for label in request["Labels"] if label not in version.labels]
    left = replace(version, labels=tuple(one for one in version.labels if one not in gone))
    versions = tuple(left if one is version else one for one in found.versions)
    tx.put(replace(found, versions=versions))
    return {"RemovedLabels": gone, "InvalidLabels": bad}


def _version(
    tx: Transaction, call: Call, name: str, number: int | None
) -> tuple[Parameter, ParameterVersion]:
    found = tx.find(Parameter, parameter_key(call.place, name.strip()))
    if found is None:
        raise ParameterNotFound(f"Parameter {name} not found.")
    version = found.version("" if number is None else str(number))
    if version is None:
        raise ParameterVersionNotFound(
            f"Systems Manager could not find version {number} of {name}. "
            "Verify the version and try again."
        )
    return found, version
