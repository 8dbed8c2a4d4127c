"""What functions there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.lambda_ import lookup, render
from seaway.aws.lambda_.errors import InvalidParameterValueException, not_built
from seaway.aws.operation import operation
from seaway.aws.paging import BadToken, page
from seaway.core.functions import Function
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import lambda_ as shapes

PAGE = 50


@operation("lambda")
def get_function(
    tx: Transaction, call: Call, request: shapes.GetFunctionRequest
) -> shapes.GetFunctionResponse:
    """All about a function; its zip is not handed out (API: GetFunction)."""
    found = lookup.function(tx, call, request["FunctionName"], request.get("Qualifier"))
    answer: shapes.GetFunctionResponse = {
        "Configuration": render.configuration(found),
        "Code": {"RepositoryType": "S3"},
    }
    if found.tags:
        answer["Tags"] = dict(found.tags)
    return answer


@operation("lambda")
def get_function_configuration(
    tx: Transaction, call: Call, request: shapes.GetFunctionConfigurationRequest
) -> shapes.FunctionConfiguration:
    """What is said of a function (API: GetFunctionConfiguration)."""
    found = lookup.function(tx, call, request["FunctionName"], request.get("Qualifier"))
    return render.configuration(found)


@operation("lambda")
def list_functions(
    tx: Transaction, call: Call, request: shapes.ListFunctionsRequest
) -> shapes.ListFunctionsResponse:
    """The caller's functions by name (API: ListFunctions)."""
    if request.get("MasterRegion"):
        raise not_built("MasterRegion")
    # There is one version of each, so that ALL shows no more.
    mine = [f for f in tx.where(Function, region=call.region) if f.account == call.account]
    mine.sort(key=lambda one: one.name)
    try:
        some, token = page(mine, request.get("Marker"), request.get("MaxItems", PAGE), "functions")
    except BadToken as error:
        raise InvalidParameterValueException("The Marker is none of this list.") from error
    answer: shapes.ListFunctionsResponse = {"Functions": [render.configuration(f) for f in some]}
    if token:
        answer["NextMarker"] = token
    return answer
