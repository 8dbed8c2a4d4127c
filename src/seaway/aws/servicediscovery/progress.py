"""Operations: what became of asynchronous requests. Here they are done when they are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.operation import operation
from seaway.aws.servicediscovery import filters, lookup, render
from seaway.aws.servicediscovery.errors import DuplicateRequest, OperationNotFound
from seaway.core.discovery import DiscoveryOperation
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import servicediscovery as shapes


def done(tx: Transaction, call: Call, kind: str, request: str | None = None, **targets: str) -> str:
    """Note an operation that is done, and give its id; ``targets`` as ``namespace="ns-…"``."""
    record = DiscoveryOperation(
        id=f"{call.moment.alnum(32)}-{call.moment.alnum(8)}",
        owner=call.account,
        region=call.region,
        type=kind,
        created_at=call.moment.now,
        targets=tuple((word.upper(), name) for word, name in targets.items()),
        request=request or "",
    )
    tx.put(record)
    return record.id


def asked_before(
    tx: Transaction, call: Call, kind: str, request: str | None
) -> DiscoveryOperation | None:
    """The operation of this kind that this creator request id began, if there is one."""
    if not request:
        return None
    for record in reversed(tx.where(DiscoveryOperation, request=request)):
        if (record.type, record.owner, record.region) == (kind, call.account, call.region):
            return record
    return None


def duplicate(record: DiscoveryOperation) -> DuplicateRequest:
    """What a caller is told who uses a creator request id for something else."""
    return DuplicateRequest(
        f"Another operation of type {record.type} and id {record.id} has the same creator "
        "request id",
        DuplicateOperationId=record.id,
    )


@operation("servicediscovery")
def get_operation(
    tx: Transaction, call: Call, request: shapes.GetOperationRequest
) -> shapes.GetOperationResponse:
    """One operation, with what it was about; another account's when that is named."""
    found = tx.find(DiscoveryOperation, request["OperationId"])
    accounts = (call.account, request.get("OwnerAccount"))
    if found is None or found.owner not in accounts or found.region != call.region:
        raise OperationNotFound("Operation not found")
    return {"Operation": render.operation(found)}


@operation("servicediscovery")
def list_operations(
    tx: Transaction, call: Call, request: shapes.ListOperationsRequest
) -> shapes.ListOperationsResponse:
    """The operations that pass all filters, newest first."""
    wanted = filters.operations(request.get("Filters", []))
    found = [
        record
        for record in reversed(tx.where(DiscoveryOperation))
        if (record.owner, record.region) == (call.account, call.region) and wanted(record)
    ]
    shown, following = lookup.paged(
        found,
        request.get("NextToken"),
        request.get("MaxResults"),
        f"operations {request.get('Filters')}",
    )
    answer: shapes.ListOperationsResponse = {
        "Operations": [{"Id": record.id, "Status": record.status} for record in shown]
    }
    if following:
        answer["NextToken"] = following
    return answer
