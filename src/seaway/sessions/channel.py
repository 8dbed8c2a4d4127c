"""The host's half of a data channel: handshake, input in order, output, the end. No I/O here."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from seaway.core.moment import Moment
from seaway.sessions.frames import (
    CLOSED,
    INPUT,
    OUTPUT,
    BadFrame,
    Frame,
    Payload,
    acknowledgement,
    as_json,
    decoded,
    encoded,
    ms,
    streamed,
)

AGENT_VERSION = "3.3.2299.0"
"""The version of the public agent whose behaviour this is; clients choose their ways by it."""

_TERMINATE = 2
"""The flag by which a client ends its session."""

_MOST_OUTPUT = 4096
"""Bytes of output in one message."""


class Refused(Exception):
    """The client may not use this channel; the text says why."""


@dataclass(frozen=True, slots=True)
class Typed:
    """Bytes for the command's input."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Resized:
    """The client's terminal has another size."""

    columns: int
    rows: int


class Said(Enum):
    """What else a client can say."""

    READY = auto()
    """The handshake is done: the command may begin."""
    OVER = auto()
    """The client ends the session."""


Heard = Typed | Resized | Said


class Channel:
    """One client's connection to a session; ``token`` is what it has to know."""

    def __init__(self, session: str, token: str) -> None:
        self._session = session
        self._token = token
        self._opened = False
        self._ready = False
        self._next_in = 0
        self._early: dict[int, Frame] = {}
        self._next_out = 0
        self._began = 0.0

    def opened(self, text: str, moment: Moment) -> list[bytes]:
        """What the client opens the channel with; gives the handshake's request.

        Raises Refused.
        """
        try:
            given = json.loads(text)
            token = str(given["TokenValue"])
        except (ValueError, KeyError, TypeError):
            raise Refused("The channel is opened with a JSON object that has a TokenValue.") from (
                None
            )
        if not hmac.compare_digest(token.encode(), self._token.encode()):
            raise Refused("The token is not this session's.")
        self._opened = True
        self._began = moment.now
        asked = {
            "AgentVersion": AGENT_VERSION,
            "RequestedClientActions": [
                {
                    "ActionType": "SessionType",
                    "ActionParameters": {"SessionType": "InteractiveCommands", "Properties": {}},
                }
            ],
        }
        return [self._stream(Payload.HANDSHAKE_REQUEST, as_json(asked), moment)]

    def received(self, data: bytes, moment: Moment) -> tuple[list[Heard], list[bytes]]:
        """A message of the client: what it says, and what is to be sent back.

        Raises BadFrame, Refused.
        """
        if not self._opened:
            raise Refused("The channel has not been opened.")
        frame = decoded(data)
        if frame.type != INPUT:
            return [], []
        answers = [acknowledgement(frame, moment)]
        if frame.sequence < self._next_in:
            return [], answers  # said twice: the acknowledgement was late
        self._early[frame.sequence] = frame
        heard: list[Heard] = []
        for ready in self._in_order():
            heard += self._take(ready, moment, answers)
        return heard, answers

    def output(self, data: bytes, moment: Moment) -> list[bytes]:
        """What the command wrote, as messages."""
        pieces = range(0, len(data), _MOST_OUTPUT)
        return [self._stream(Payload.OUTPUT, data[p : p + _MOST_OUTPUT], moment) for p in pieces]

    def closed(self, text: str, exit_code: int | None, moment: Moment) -> bytes:
        """The end of the session; clients show the text.

        ``ExitCode`` is ours: Session Manager has no way to say it, and clients pass over it.
        """
        id = moment.token(16)
        said: dict[str, Any] = {
            "MessageType": CLOSED,
            "MessageId": Frame(type="", id=id, created_at=0).uuid,
            "CreatedDate": moment.time().isoformat(),
            "DestinationId": self._session,
            "SessionId": self._session,
            "SchemaVersion": 1,
            "Output": text,
        }
        if exit_code is not None:
            said["ExitCode"] = exit_code
        frame = Frame(type=CLOSED, id=id, created_at=ms(moment), payload=as_json(said))
        return encoded(frame)

    def _in_order(self) -> Iterator[Frame]:
        while (frame := self._early.pop(self._next_in, None)) is not None:
            self._next_in += 1
            yield frame

    def _take(self, frame: Frame, moment: Moment, answers: list[bytes]) -> list[Heard]:
        # Clients from before there was a handshake do not answer it, and just begin.
        begins = frame.payload_type in (Payload.HANDSHAKE_RESPONSE, Payload.OUTPUT, Payload.SIZE)
        heard: list[Heard] = [Said.READY] if begins and not self._ready else []
        self._ready = self._ready or begins
        match frame.payload_type:
            case Payload.HANDSHAKE_RESPONSE:
                spent = int((moment.now - self._began) * 1e9)
                done = {"HandshakeTimeToComplete": spent, "CustomerMessage": ""}
                answers.append(self._stream(Payload.HANDSHAKE_COMPLETE, as_json(done), moment))
            case Payload.OUTPUT:
                heard.append(Typed(frame.payload))
            case Payload.SIZE:
                heard.append(_size(frame.payload))
            case Payload.FLAG if int.from_bytes(frame.payload, "big") == _TERMINATE:
                heard.append(Said.OVER)
        return heard

    def _stream(self, kind: Payload, payload: bytes, moment: Moment) -> bytes:
        message = streamed(OUTPUT, self._next_out, kind, payload, moment)
        self._next_out += 1
        return message


def _size(payload: bytes) -> Resized:
    try:
        given = json.loads(payload)
        return Resized(int(given["cols"]), int(given["rows"]))
    except (ValueError, KeyError, TypeError):
        raise BadFrame("A terminal's size is an object with cols and rows.") from None
