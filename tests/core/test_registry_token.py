"""Registry tokens: nobody else can make one, and none lasts."""

from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from seaway.core.moment import Moment
from seaway.core.names import Place
from seaway.core.registry_token import LIFETIME, Verdict, judge_token, new_token

MOMENT = Moment(1000.0, lambda size: b"\x07" * size)
TOKEN = new_token(b"secret", Place(account="000000000000", region="us-east-1"), MOMENT)


def test_a_token_is_good_until_twelve_hours_are_over() -> None:
    assert judge_token(b"secret", TOKEN, 1000.0) is Verdict.GOOD
    assert judge_token(b"secret", TOKEN, 1000.0 + LIFETIME - 1) is Verdict.GOOD
    assert judge_token(b"secret", TOKEN, 1000.0 + LIFETIME) is Verdict.EXPIRED


def test_a_token_of_another_installation_is_forged() -> None:
    assert judge_token(b"other", TOKEN, 1000.0) is Verdict.FORGED


@given(st.integers(min_value=0, max_value=len(TOKEN) - 5), st.integers(1, 255))
def test_a_token_changed_anywhere_is_forged(place: int, change: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(TOKEN))
    raw[place % len(raw)] ^= change
    changed = base64.urlsafe_b64encode(raw).decode()
    assert judge_token(b"secret", changed, 1000.0) is Verdict.FORGED


@given(st.text())
def test_any_other_text_is_forged(text: str) -> None:
    assert judge_token(b"secret", text, 1000.0) is Verdict.FORGED
