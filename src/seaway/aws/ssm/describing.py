"""What parameters there are, without their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.errors import ValidationException
from seaway.aws.operation import operation
from seaway.aws.ssm import render
from seaway.aws.ssm.filters import Filter, fits, for_metadata
from seaway.aws.ssm.reading import paged
from seaway.core.parameters import Parameter
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ssm as shapes


@operation("ssm")
def describe_parameters(
    tx: Transaction, call: Call, request: shapes.DescribeParametersRequest
) -> shapes.DescribeParametersResult:
    """The caller's parameters by name (API: DescribeParameters)."""
    if request.get("Filters") and request.get("ParameterFilters"):
        raise ValidationException(
            "You can use either Filters or ParameterFilters in a single request."
        )
    older = tuple(
        Filter(one["Key"], "BeginsWith" if one["Key"] == "Name" else "Equals", tuple(one["Values"]))
        for one in request.get("Filters", ())
    )
    filters = older + for_metadata(request.get("ParameterFilters", ()))
    found = sorted(
        (
            one
            for one in tx.where(Parameter, region=call.region)
            # Nothing is shared between accounts here.
            if one.account == call.account and fits(one, filters) and not request.get("Shared")
        ),
        key=lambda one: one.name,
    )
    shown, token = paged(
        found, request.get("NextToken"), request.get("MaxResults", 50), f"describe {filters}"
    )
    answer: shapes.DescribeParametersResult = {
        "Parameters": [render.metadata(one) for one in shown]
    }
    if token:
        answer["NextToken"] = token
    return answer
