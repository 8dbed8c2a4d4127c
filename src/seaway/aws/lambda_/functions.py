"""Functions come, change and go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.lambda_ import lookup, parse, render
from seaway.aws.lambda_.errors import (
    InvalidParameterValueException,
    ResourceConflictException,
    not_built,
)
from seaway.aws.operation import operation
from seaway.core.functions import Function, FunctionCode
from seaway.core.names import last_part, place_of
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import lambda_ as shapes

_ARCHITECTURES = ("x86_64", "arm64")


@operation("lambda")
def create_function(
    tx: Transaction, call: Call, request: shapes.CreateFunctionRequest
) -> shapes.FunctionConfiguration:
    """Make a function of a zip; it can be called at once (API: CreateFunction)."""
    arn = lookup.arn_of(call, request["FunctionName"])
    if tx.find(Function, arn) is not None:
        raise ResourceConflictException(f"Function already exist: {last_part(arn).split(':')[-1]}")
    for member in ("Runtime", "Handler"):
        if not request.get(member):
            raise InvalidParameterValueException(
                "Runtime and Handler are mandatory parameters for functions created with "
                "deployment packages."
            )
    place = place_of(arn)
    made = Function(
        arn=arn,
        name=arn.rsplit(":", 1)[-1],
        account=place.account,
        region=place.region,
        modified_at=call.moment.now,
        revision=call.moment.uuid(),
        architecture=_architecture(request.get("Architectures")),
        tags=tuple(request.get("Tags", {}).items()),
        **parse.configuration(tx, request),
        **parse.code(tx, call, request["Code"]),
    )
    tx.put(made)
    return render.configuration(made)


@operation("lambda")
def update_function_code(
    tx: Transaction, call: Call, request: shapes.UpdateFunctionCodeRequest
) -> shapes.FunctionConfiguration:
    """Another zip; calls that come from now on run it (API: UpdateFunctionCode)."""
    parse.refuse_unbuilt(request)
    found = lookup.function(tx, call, request["FunctionName"])
    lookup.check_revision(found, request.get("RevisionId"))
    changed = replace(
        found,
        modified_at=call.moment.now,
        revision=call.moment.uuid(),
        architecture=_architecture(request.get("Architectures"), found.architecture),
        **parse.code(tx, call, request),
    )
    if request.get("DryRun"):
        _forget_code(tx, changed.code, found.code)
        return render.configuration(replace(changed, revision=found.revision))
    tx.put(changed)
    _forget_code(tx, found.code, changed.code)
    return render.configuration(changed)


@operation("lambda")
def update_function_configuration(
    tx: Transaction, call: Call, request: shapes.UpdateFunctionConfigurationRequest
) -> shapes.FunctionConfiguration:
    """Change what is said of a function (API: UpdateFunctionConfiguration)."""
    found = lookup.function(tx, call, request["FunctionName"])
    lookup.check_revision(found, request.get("RevisionId"))
    changed = replace(
        found,
        modified_at=call.moment.now,
        revision=call.moment.uuid(),
        **parse.configuration(tx, request),
    )
    tx.put(changed)
    return render.configuration(changed)


@operation("lambda")
def delete_function(
    tx: Transaction, call: Call, request: shapes.DeleteFunctionRequest
) -> shapes.DeleteFunctionResponse:
    """Drop a function; calls that are under way come to their end (API: DeleteFunction)."""
    if request.get("Qualifier"):
        raise not_built("Qualifier")
    found = lookup.function(tx, call, request["FunctionName"])
    tx.drop(found)
    _forget_code(tx, found.code, None)
    return {"StatusCode": 204}


def _forget_code(tx: Transaction, gone: str | None, kept: str | None) -> None:
    """A zip goes with the last function that is made of it."""
    if gone is None or gone == kept or tx.where(Function, code=gone):
        return
    there = tx.find(FunctionCode, gone)
    if there is not None:
        tx.drop(there)


def _architecture(given: list[str] | None, otherwise: str = "x86_64") -> str:
    """What is shown; functions run as the machine is, since they are Python's."""
    if not given:
        return otherwise
    if len(given) > 1 or given[0] not in _ARCHITECTURES:
        raise InvalidParameterValueException(f"Architectures {given} is not one of one.")
    return given[0]
