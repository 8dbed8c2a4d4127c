"""Parameters' values: by name, by path, and what they were before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from seaway.aws.call import Call
from seaway.aws.errors import ValidationException
from seaway.aws.operation import operation
from seaway.aws.paging import BadToken, page
from seaway.aws.ssm import render
from seaway.aws.ssm.errors import InvalidNextToken, ParameterNotFound, ParameterVersionNotFound
from seaway.aws.ssm.filters import fits, for_values
from seaway.aws.ssm.naming import checked_path, named, selected
from seaway.aws.ssm.public import LISTED, SECRET_REFERENCE, public_parameter
from seaway.core.parameters import Parameter
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ssm as shapes

T = TypeVar("T")


@operation("ssm")
def get_parameter(
    tx: Transaction, call: Call, request: shapes.GetParameterRequest
) -> shapes.GetParameterResult:
    """One value, of the latest version or the one selected (API: GetParameter)."""
    found, version, selector = selected(tx, call, request["Name"])
    decrypted = request.get("WithDecryption", False)
    if found.name.startswith(SECRET_REFERENCE) and not decrypted:
        raise ValidationException(
            "WithDecryption flag must be True for retrieving a Secret Manager secret."
        )
    shown = render.parameter(found, version, selector=selector, decrypted=decrypted)
    return {"Parameter": shown}


@operation("ssm")
def get_parameters(
    tx: Transaction, call: Call, request: shapes.GetParametersRequest
) -> shapes.GetParametersResult:
    """Several values, and the names that stand for none (API: GetParameters)."""
    shown: list[shapes.Parameter] = []
    unknown: list[str] = []
    if len(set(request["Names"])) < len(request["Names"]):
        raise ValidationException("Duplicate parameter names: the Names must be unique.")
    for name in request["Names"]:
        try:
            found, version, selector = selected(tx, call, name)
        except (ParameterNotFound, ParameterVersionNotFound):
            unknown.append(name)
            continue
        decrypted = request.get("WithDecryption", False)
        shown.append(render.parameter(found, version, selector=selector, decrypted=decrypted))
    return {"Parameters": shown, "InvalidParameters": unknown}


@operation("ssm")
def get_parameters_by_path(
    tx: Transaction, call: Call, request: shapes.GetParametersByPathRequest
) -> shapes.GetParametersByPathResult:
    """The values of one level of a hierarchy, or of all below it (API: GetParametersByPath)."""
    path = checked_path(request["Path"])
    filters = for_values(request.get("ParameterFilters", ()))
    found = [
        one
        for one in _below(tx, call, path)
        if (request.get("Recursive") or "/" not in one.name[len(path) :]) and fits(one, filters)
    ]
    scope = f"path {path} {request.get('Recursive')} {filters}"
    shown, token = paged(found, request.get("NextToken"), request.get("MaxResults", 10), scope)
    decrypted = request.get("WithDecryption", False)
    label = next((f.values[0] for f in filters if f.key == "Label"), "")
    answer: shapes.GetParametersByPathResult = {
        "Parameters": [
            render.parameter(one, one.version(label) or one.latest, decrypted=decrypted)
            for one in shown
        ]
    }
    if token:
        answer["NextToken"] = token
    return answer


@operation("ssm")
def get_parameter_history(
    tx: Transaction, call: Call, request: shapes.GetParameterHistoryRequest
) -> shapes.GetParameterHistoryResult:
    """All versions there are, oldest first (API: GetParameterHistory)."""
    found = named(tx, call, request["Name"])
    shown, token = paged(
        found.versions, request.get("NextToken"), request.get("MaxResults", 50), found.key
    )
    decrypted = request.get("WithDecryption", False)
    answer: shapes.GetParameterHistoryResult = {
        "Parameters": [render.history(found, version, decrypted) for version in shown]
    }
    if token:
        answer["NextToken"] = token
    return answer


def paged(
    items: Sequence[T], token: str | None, limit: int, scope: str
) -> tuple[Sequence[T], str | None]:
    """A page of a list. Raises InvalidNextToken."""
    try:
        return page(items, token, limit, scope)
    except BadToken as error:
        raise InvalidNextToken("The specified token isn't valid.") from error


def _below(tx: Transaction, call: Call, path: str) -> list[Parameter]:
    public = [public_parameter(tx, call.place, n) for n in LISTED if n.startswith(path)]
    if path == "/":
        public = []
    mine = [
        one
        for one in tx.where(Parameter, region=call.region)
        if one.account == call.account and one.name.startswith(path)
    ]
    found = [*mine, *(one for one in public if one is not None)]
    return sorted(found, key=lambda one: one.name)
