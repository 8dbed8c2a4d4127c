"""How reconcilers and APIs tell EventBridge what happened, in AWS's shape."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from seaway.core.bus import BusEvent
from seaway.core.moment import Moment
from seaway.core.names import place_of
from seaway.store.transaction import Transaction


def announce(
    tx: Transaction,
    moment: Moment,
    *,
    detail_type: str,
    subject: str,
    detail: Mapping[str, object],
    resources: Sequence[str] = (),
    source: str = "aws.ecs",
) -> None:
    """Put an event on the default bus; ``subject`` is the ARN whose account and region it is of."""
    place = place_of(subject)
    tx.put(
        BusEvent(
            id=moment.uuid(),
            account=place.account,
            region=place.region,
            at=moment.now,
            source=source,
            detail_type=detail_type,
            resources=tuple(resources) or (subject,),
            detail=json.dumps(detail),
        )
    )
