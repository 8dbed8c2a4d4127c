"""Passwords by chance, as Secrets Manager makes them."""

from __future__ import annotations

import string
from dataclasses import dataclass

from seaway.core.moment import Moment

LONGEST = 4096


class Impossible(Exception):
    """No password can be as it is asked for; the text is Secrets Manager's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordRules:
    """What a password is made of (API: GetRandomPassword)."""

    length: int = 32
    excluded: str = ""
    digits: bool = True
    punctuation: bool = True
    upper: bool = True
    lower: bool = True
    space: bool = False
    each: bool = True
    """At least one of every kind."""


def new_password(rules: PasswordRules, moment: Moment) -> str:
    """A password from the moment's chance. Raises Impossible."""
    kinds = [
        "".join(letter for letter in letters if letter not in rules.excluded)
        for letters, wanted in (
            (string.ascii_lowercase, rules.lower),
            (string.ascii_uppercase, rules.upper),
            (string.digits, rules.digits),
            (string.punctuation, rules.punctuation),
            (" ", rules.space),
        )
        if wanted
    ]
    kinds = [kind for kind in kinds if kind]
    if not kinds:
        raise Impossible("Your password must include at least one of the character types.")
    if rules.each and rules.length < len(kinds):
        raise Impossible(
            "Password length is too short to include one of each of the character types."
        )
    first = [_one_of(kind, moment) for kind in kinds] if rules.each else []
    every = "".join(kinds)
    letters = first + [_one_of(every, moment) for _ in range(rules.length - len(first))]
    return "".join(_shuffled(letters, moment))


def _one_of(letters: str, moment: Moment) -> str:
    return letters[_number(moment) % len(letters)]


def _shuffled(letters: list[str], moment: Moment) -> list[str]:
    for last in range(len(letters) - 1, 0, -1):
        other = _number(moment) % (last + 1)
        letters[last], letters[other] = letters[other], letters[last]
    return letters


def _number(moment: Moment) -> int:
    return int.from_bytes(moment.token(8), "big")
