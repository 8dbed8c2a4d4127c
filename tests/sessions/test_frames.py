from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seaway.sessions.frames import INPUT, OUTPUT, BadFrame, Frame, Payload, decoded, encoded

ID = bytes(range(16))


def a_frame(payload: bytes = b"ls\r") -> Frame:
    return Frame(
        type=INPUT,
        id=ID,
        created_at=1_700_000_000_000,
        sequence=3,
        payload_type=Payload.OUTPUT,
        payload=payload,
    )


def test_the_bytes_are_laid_out_as_the_public_client_lays_them_out() -> None:
    data = encoded(a_frame())
    assert data[:4] == (116).to_bytes(4, "big")
    assert data[4:36] == b"input_stream_data".ljust(32)
    assert data[36:40] == (1).to_bytes(4, "big")
    assert data[40:48] == (1_700_000_000_000).to_bytes(8, "big")
    assert data[48:56] == (3).to_bytes(8, "big")
    assert data[56:64] == bytes(8)
    assert data[64:80] == ID[8:] + ID[:8], "a UUID's halves travel swapped"
    assert data[80:112] == hashlib.sha256(b"ls\r").digest()
    assert data[112:116] == (1).to_bytes(4, "big")
    assert data[116:] == (3).to_bytes(4, "big") + b"ls\r"


@given(payload=st.binary(max_size=300), sequence=st.integers(0, 2**40))
def test_what_is_encoded_is_decoded_again(payload: bytes, sequence: int) -> None:
    frame = Frame(type=OUTPUT, id=ID, created_at=1, sequence=sequence, payload=payload)
    assert decoded(encoded(frame)) == frame


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GET / HTTP/1.1\r\n",
        encoded(a_frame())[:-1],
        bytes(4) + encoded(a_frame())[4:],
    ],
)
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(BadFrame):
        decoded(data)


@given(data=st.binary(max_size=400))
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    with pytest.raises(BadFrame):
        decoded(data)
