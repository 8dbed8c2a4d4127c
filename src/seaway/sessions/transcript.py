"""What a session showed, kept where its cluster says: a log group, a bucket, or nowhere."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from seaway.core.buckets import Bucket
from seaway.core.exec_session import ExecSession
from seaway.core.logs import LogGroup
from seaway.core.moment import Moment
from seaway.store.objects import NoSuchBucket, ObjectFiles, store_object
from seaway.store.transaction import Transaction

_MOST_KEPT = 8 * 1024 * 1024
"""Bytes of one session that go to a bucket; the beginning is kept."""
_LONGEST_LINE = 64 * 1024
_log = logging.getLogger(__name__)


class Store(Protocol):
    """What is needed of the store."""

    def transaction(self) -> AbstractContextManager[Transaction]: ...


class Transcript:
    """The record of one session; lines are kept as they come, an object at the end."""

    def __init__(
        self,
        store: Store,
        files: ObjectFiles,
        session: ExecSession,
        moment: Callable[[], Moment],
    ) -> None:
        self._store = store
        self._files = files
        self._session = session
        self._moment = moment
        self._line = b""
        self._whole = bytearray()

    def missing(self) -> str:
        """What there would have to be for the session to be recorded, and is not; else ""."""
        session = self._session
        with self._store.transaction() as tx:
            if session.log_group and tx.find(LogGroup, session.log_group) is None:
                return f"The log group {session.log_group.rpartition(':')[2]} does not exist."
            if session.log_bucket and tx.find(Bucket, session.log_bucket) is None:
                return f"The bucket {session.log_bucket} does not exist."
        return ""

    def take(self, data: bytes) -> None:
        """What was shown."""
        if self._session.log_bucket and len(self._whole) < _MOST_KEPT:
            self._whole += data[: _MOST_KEPT - len(self._whole)]
        if self._session.log_group:
            *lines, self._line = (self._line + data).split(b"\n")
            if len(self._line) > _LONGEST_LINE:
                lines, self._line = [*lines, self._line], b""
            self._keep(lines)

    def end(self) -> None:
        """The session is over: what is left of it is kept."""
        if self._line:
            self._keep([self._line])
        if not self._session.log_bucket:
            return
        session = self._session
        key = "/".join(part for part in (session.log_prefix, f"{session.id}.log") if part)
        try:
            with self._store.transaction() as tx:
                store_object(
                    tx,
                    self._files,
                    session.log_bucket or "",
                    key,
                    bytes(self._whole),
                    self._moment(),
                    content_type="text/plain",
                )
        except NoSuchBucket:
            _log.warning("session %s: its bucket has gone, and its record with it", session.id)

    def _keep(self, lines: list[bytes]) -> None:
        now = int(self._moment().now * 1000)
        events = [(now, line.rstrip(b"\r").decode(errors="replace")) for line in lines]
        events = [event for event in events if event[1]]
        if not events or not self._session.log_group:
            return
        with self._store.transaction() as tx:
            if tx.find(LogGroup, self._session.log_group) is not None:
                tx.series.put_events(self._session.log_group, self._session.id, events, now)
