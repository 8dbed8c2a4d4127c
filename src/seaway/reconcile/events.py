"""How the reconcilers tell a service's story: AWS's words, no line said twice in a row."""

from __future__ import annotations

from seaway.core.moment import Moment
from seaway.core.service import Service, ServiceEvent
from seaway.store.transaction import Transaction

KEPT = 100
REPEAT_AFTER = 6 * 3600.0


def tell(tx: Transaction, service: Service, text: str, moment: Moment) -> bool:
    """Add ``(service NAME) text`` to the events; the newest 100 are kept. True if it was added.

    A line that is already the latest word is not repeated for six hours.
    (AWS: service event messages.)
    """
    return tell_raw(tx, service, f"(service {service.name}) {text}", moment)


def tell_once(tx: Transaction, service: Service, text: str, moment: Moment) -> bool:
    """The same, unless it was said already and nothing has been started since.

    For what is found out again at every look: two such lines do not take turns for ever.
    """
    line = f"(service {service.name}) {text}"
    for event in tx.newest(ServiceEvent, service=service.arn):
        if event.message == line and moment.now - event.created_at < REPEAT_AFTER:
            return False
        if " has started " in event.message:
            break
    return tell(tx, service, text, moment)


def tell_raw(tx: Transaction, service: Service, message: str, moment: Moment) -> bool:
    """Add a line as it stands; True if it was added."""
    events = tx.where(ServiceEvent, service=service.arn)
    if events:
        latest = events[-1]
        if latest.message == message and moment.now - latest.created_at < REPEAT_AFTER:
            return False
    for old in events[: max(0, len(events) + 1 - KEPT)]:
        tx.drop(old)
    tx.put(
        ServiceEvent(id=moment.uuid(), service=service.arn, created_at=moment.now, message=message)
    )
    return True
