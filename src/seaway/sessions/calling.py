"""The client's half of a data channel: what `seaway exec` speaks. No I/O here."""

from __future__ import annotations

import json
from dataclasses import dataclass

from seaway.core.moment import Moment
from seaway.sessions.frames import (
    CLOSED,
    INPUT,
    OUTPUT,
    Frame,
    Payload,
    acknowledgement,
    as_json,
    decoded,
    streamed,
)

_MOST_INPUT = 1024
"""Bytes of input in one message, as the public client sends them."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the command wrote."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Ready:
    """The command begins: it may be typed to."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The session is over; ``code`` is the command's exit code, where it is known."""

    text: str
    code: int | None


class Caller:
    """A client of one session. Output is taken once and in order, whatever comes twice."""

    def __init__(self, token: str, version: str) -> None:
        self._token = token
        self._version = version
        self._next_in = 0
        self._next_out = 0

    def opening(self, moment: Moment) -> str:
        """The first message, a text."""
        return json.dumps(
            {
                "MessageSchemaVersion": "1.0",
                "RequestId": moment.uuid(),
                "TokenValue": self._token,
                "ClientId": moment.uuid(),
                "ClientVersion": self._version,
            }
        )

    def received(
        self, data: bytes, moment: Moment
    ) -> tuple[list[Ready | Shown | Ended], list[bytes]]:
        """A message of the host: what it says, and what is to be sent back. Raises BadFrame."""
        frame = decoded(data)
        if frame.type == CLOSED:
            said = json.loads(frame.payload)
            return [Ended(said.get("Output") or "", said.get("ExitCode"))], []
        if frame.type != OUTPUT:
            return [], []
        answers = [acknowledgement(frame, moment)]
        if frame.sequence != self._next_in:
            return [], answers
        self._next_in += 1
        match frame.payload_type:
            case Payload.HANDSHAKE_REQUEST:
                answers.append(self._send(Payload.HANDSHAKE_RESPONSE, self._agreed(frame), moment))
            case Payload.HANDSHAKE_COMPLETE:
                return [Ready()], answers
            case Payload.OUTPUT:
                return [Shown(frame.payload)], answers
        return [], answers

    def typed(self, data: bytes, moment: Moment) -> list[bytes]:
        """Bytes for the command's input, as messages."""
        pieces = range(0, len(data), _MOST_INPUT)
        return [self._send(Payload.OUTPUT, data[p : p + _MOST_INPUT], moment) for p in pieces]

    def resized(self, columns: int, rows: int, moment: Moment) -> bytes:
        """The terminal has this size now."""
        return self._send(Payload.SIZE, as_json({"cols": columns, "rows": rows}), moment)

    def _agreed(self, request: Frame) -> bytes:
        asked = json.loads(request.payload).get("RequestedClientActions", [])
        done = [
            {
                "ActionType": a.get("ActionType"),
                "ActionStatus": 1,
                "ActionResult": None,
                "Error": "",
            }
            for a in asked
        ]
        return as_json(
            {"ClientVersion": self._version, "ProcessedClientActions": done, "Errors": []}
        )

    def _send(self, kind: Payload, payload: bytes, moment: Moment) -> bytes:
        message = streamed(INPUT, self._next_out, kind, payload, moment)
        self._next_out += 1
        return message
