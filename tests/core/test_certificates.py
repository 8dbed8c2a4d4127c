"""When certificates are replaced, and whose they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seaway.core.certificates import (
    DAY,
    ROTATION,
    ProxyCertificate,
    WantedCertificate,
    client_secret,
    is_due,
    renewal_of,
    rotation_complaint,
    rotation_of,
)

CERTIFICATE = ProxyCertificate(
    name="server/srv-cats",
    holder="server/arn",
    authority="seaway",
    names=("cats.pets",),
    chain="chain",
    roots="roots",
    key="key",
    issued_at=1000.0,
    expires_at=1000.0 + 7 * DAY,
)
WANTED = WantedCertificate(
    name="server/srv-cats", holder="server/arn", authority="seaway", names=("cats.pets",)
)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("60s", 60),
        ("30m", 1800),
        ("12h", 43200),
        ("2.5d", 2.5 * DAY),
        ("9s", ROTATION),
        ("7d", ROTATION),
        ("soon", ROTATION),
    ],
)
def test_a_rotation_is_said_with_a_unit_and_what_is_not_understood_has_no_effect(
    said: str, seconds: float
) -> None:
    assert rotation_of((("seaway:tls.rotation", said),)) == seconds
    assert (rotation_complaint(said) is None) is (seconds != ROTATION)


def test_the_nearest_word_that_is_understood_counts() -> None:
    cluster, service = (("seaway:tls.rotation", "1h"),), (("seaway:tls.rotation", "1m"),)
    assert rotation_of(cluster, service) == 60
    assert rotation_of(cluster, (("seaway:tls.rotation", "?"),)) == 3600
    assert rotation_of((), ()) == ROTATION


def test_a_certificate_is_due_when_its_rotation_is_over_or_something_else_is_wanted() -> None:
    early, late = 1000.0, 1000.0 + 5 * DAY
    assert not is_due(CERTIFICATE, WANTED, "roots", early)
    assert is_due(CERTIFICATE, WANTED, "roots", late)
    assert is_due(None, WANTED, "roots", early)
    assert is_due(CERTIFICATE, WANTED, "other roots", early)
    assert is_due(CERTIFICATE, replace(WANTED, names=("dogs.pets",)), "roots", early)
    assert is_due(CERTIFICATE, replace(WANTED, authority="arn"), "roots", early)


def test_a_short_life_is_renewed_before_it_ends_and_a_very_short_one_not_all_the_time() -> None:
    short = replace(CERTIFICATE, expires_at=1000.0 + 70)
    assert renewal_of(short, ROTATION) == pytest.approx(1050)
    assert renewal_of(replace(CERTIFICATE, expires_at=1001.0), ROTATION) == 1005


def test_a_caller_has_a_certificate_for_each_authority() -> None:
    assert client_secret("pets", "web") == "client/pets/web"
    arn = "arn:aws:acm-pca:us-east-1:000000000000:certificate-authority/12"
    assert client_secret("pets", "web", arn) == "client/pets/web@12"
