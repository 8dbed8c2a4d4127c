from __future__ import annotations

import json

import pytest

from seaway.core.moment import Moment
from seaway.sessions.calling import Caller, Ended, Ready, Shown
from seaway.sessions.channel import Channel, Refused, Resized, Said, Typed
from seaway.sessions.frames import ACKNOWLEDGE, OUTPUT, Payload, decoded
from tests.handlers import Counted

NOW = Moment(1_700_000_000.0, Counted())


def connected() -> tuple[Channel, Caller]:
    """Both halves after their handshake."""
    channel, caller = Channel("ecs-execute-command-1", "token"), Caller("token", "1.2.0")
    (request,) = channel.opened(caller.opening(NOW), NOW)
    said, (acknowledged, response) = caller.received(request, NOW)
    assert said == []
    assert channel.received(acknowledged, NOW) == ([], [])
    heard, (_, complete) = channel.received(response, NOW)
    assert heard == [Said.READY]
    assert decoded(complete).payload_type == Payload.HANDSHAKE_COMPLETE
    assert caller.received(complete, NOW)[0] == [Ready()]
    return channel, caller


def test_the_handshake_asks_for_an_interactive_session() -> None:
    channel = Channel("ecs-execute-command-1", "token")
    (request,) = channel.opened(json.dumps({"TokenValue": "token"}), NOW)
    frame = decoded(request)
    assert (frame.type, frame.payload_type) == (OUTPUT, Payload.HANDSHAKE_REQUEST)
    (action,) = json.loads(frame.payload)["RequestedClientActions"]
    assert action["ActionParameters"]["SessionType"] == "InteractiveCommands"


@pytest.mark.parametrize("opening", ['{"TokenValue": "other"}', "{}", "hello", "[]"])
def test_without_the_sessions_token_nothing_is_said(opening: str) -> None:
    with pytest.raises(Refused):
        Channel("s", "token").opened(opening, NOW)


def test_messages_before_the_opening_are_refused() -> None:
    message = Caller("token", "1").typed(b"rm -rf /\r", NOW)[0]
    with pytest.raises(Refused):
        Channel("s", "token").received(message, NOW)


def test_what_is_typed_arrives_and_is_acknowledged() -> None:
    channel, caller = connected()
    (message,) = caller.typed(b"ls\r", NOW)
    heard, (answer,) = channel.received(message, NOW)
    assert heard == [Typed(b"ls\r")]
    acknowledged = decoded(answer)
    assert acknowledged.type == ACKNOWLEDGE
    said = json.loads(acknowledged.payload)
    assert said["AcknowledgedMessageSequenceNumber"] == decoded(message).sequence
    assert said["AcknowledgedMessageId"] == decoded(message).uuid


def test_what_is_typed_is_taken_once_and_in_order() -> None:
    channel, caller = connected()
    first, second, third = (caller.typed(word, NOW)[0] for word in (b"a", b"b", b"c"))
    assert channel.received(second, NOW)[0] == []
    assert channel.received(first, NOW)[0] == [Typed(b"a"), Typed(b"b")]
    again, answers = channel.received(first, NOW)
    assert again == []
    assert len(answers) == 1, "what is said twice is acknowledged twice"
    assert channel.received(third, NOW)[0] == [Typed(b"c")]


def test_a_terminals_size_arrives() -> None:
    channel, caller = connected()
    assert channel.received(caller.resized(132, 43, NOW), NOW)[0] == [Resized(132, 43)]


def test_long_output_comes_in_pieces_and_whole() -> None:
    channel, caller = connected()
    text = bytes(range(256)) * 64
    shown = b""
    for message in channel.output(text, NOW):
        for word in caller.received(message, NOW)[0]:
            assert isinstance(word, Shown)
            shown += word.data
    assert shown == text


def test_output_that_comes_twice_is_shown_once() -> None:
    channel, caller = connected()
    (message,) = channel.output(b"hello", NOW)
    assert caller.received(message, NOW)[0] == [Shown(b"hello")]
    said, answers = caller.received(message, NOW)
    assert (said, len(answers)) == ([], 1)


def test_the_end_carries_the_exit_code() -> None:
    channel, caller = connected()
    assert caller.received(channel.closed("", 3, NOW), NOW)[0] == [Ended("", 3)]
    told = json.loads(decoded(channel.closed("gone", None, NOW)).payload)
    assert told["SessionId"] == "ecs-execute-command-1"
    assert "ExitCode" not in told


def test_a_client_that_knows_no_handshake_just_begins() -> None:
    channel, caller = Channel("s", "token"), Caller("token", "0")
    channel.opened(caller.opening(NOW), NOW)
    size, typed = caller.resized(80, 24, NOW), caller.typed(b"ls\r", NOW)[0]
    assert channel.received(size, NOW)[0] == [Said.READY, Resized(80, 24)]
    assert channel.received(typed, NOW)[0] == [Typed(b"ls\r")]
