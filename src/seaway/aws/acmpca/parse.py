"""AWS Private CA requests, parsed."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from seaway.aws.acmpca.errors import (
    InvalidArgsException,
    InvalidTagException,
    TooManyTagsException,
    not_built,
)
from seaway.aws.errors import ValidationException
from seaway.aws.tags import joined
from seaway.core.authority import TEMPLATES, Subject, Template
from seaway.core.names import Tags
from seaway.signing.words import KEY_ALGORITHMS, SIGNING_ALGORITHMS, fits

if TYPE_CHECKING:
    from seaway.aws.shapes import acmpca as shapes

MOST_TAGS = 50
TEMPLATE_ARN = "arn:aws:acm-pca:::template/"
DEFAULT_TEMPLATE = "EndEntityCertificate/V1"
_DAY = 86400


def subject(given: shapes.ASN1Subject) -> Subject:
    """A distinguished name. Raises InvalidArgsException for an empty one."""
    if given.get("CustomAttributes"):
        raise not_built("Subject.CustomAttributes")
    pairs = tuple((name, str(value)) for name, value in given.items() if value)
    if not pairs:
        raise InvalidArgsException("The Subject of a certificate authority must not be empty.")
    return pairs


def algorithms(key: str, signing: str) -> None:
    """Raises InvalidArgsException for algorithms that are not built, or don't go together."""
    if key not in KEY_ALGORITHMS:
        raise not_built(f"KeyAlgorithm {key}")
    if signing not in SIGNING_ALGORITHMS:
        raise not_built(f"SigningAlgorithm {signing}")
    if not fits(key, signing):
        raise InvalidArgsException(
            f"The signing algorithm {signing} does not go with the key algorithm {key}."
        )


def revocation(given: Mapping[str, Any]) -> None:
    """Nothing is published of what is revoked. Raises InvalidArgsException when that is asked."""
    for name in ("CrlConfiguration", "OcspConfiguration"):
        if given.get(name, {}).get("Enabled"):
            raise not_built(f"RevocationConfiguration.{name}")
        for member in given.get(name, {}):
            if member != "Enabled":
                raise not_built(f"RevocationConfiguration.{name}.{member}")


def template(arn: str | None) -> tuple[str, Template]:
    """A template by its ARN; None = an end entity's. Raises InvalidArgsException."""
    name = DEFAULT_TEMPLATE if arn is None else arn.removeprefix(TEMPLATE_ARN)
    found = TEMPLATES.get(name)
    if found is None:
        raise not_built(f"TemplateArn {arn}")
    return name, found


def not_after(given: shapes.Validity, now: float) -> float:
    """When a certificate runs out (epoch seconds; API: Validity). Raises ValidationException."""
    value = given["Value"]
    try:
        match given["Type"]:
            case "ABSOLUTE":
                return float(value)
            case "DAYS":
                return now + value * _DAY
            case "MONTHS":
                return _months_later(now, value)
            case "YEARS":
                return _months_later(now, value * 12)
            case _:
                return _date(str(value))
    except (ValueError, OverflowError) as error:
        raise ValidationException("The certificate validity specified is not a date.") from error


def _months_later(now: float, months: int) -> float:
    at = datetime.fromtimestamp(now, UTC)
    years, month = divmod(at.month - 1 + months, 12)
    year = at.year + years
    day = min(at.day, monthrange(year, month + 1)[1])
    return at.replace(year=year, month=month + 1, day=day).timestamp()


def _date(digits: str) -> float:
    """YYYYMMDDHHMMSS, or with a year of two digits, as in UTCTime."""
    if len(digits) <= 12:
        digits = digits.zfill(12)
        digits = ("19" if digits[:2] >= "50" else "20") + digits
    return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp()


def not_before(given: shapes.Validity | None, default: float) -> float:
    """When a certificate begins (API: ValidityNotBefore). Raises InvalidArgsException."""
    if given is None:
        return default
    if given["Type"] != "ABSOLUTE":
        raise InvalidArgsException("ValidityNotBefore must be of the type ABSOLUTE.")
    return float(given["Value"])


def tags(given: Sequence[shapes.Tag], there: Tags = ()) -> Tags:
    """The tags that are there with these put over them.

    Raises InvalidTagException, TooManyTagsException.
    """
    keys = [tag["Key"] for tag in given]
    for key in keys:
        if key.lower().startswith("aws:"):
            raise InvalidTagException(f"Tag keys can't begin with aws: {key}")
        if keys.count(key) > 1:
            raise InvalidTagException(f"The tag key {key} is given more than once.")
    found = joined(there, tuple((tag["Key"], tag.get("Value", "")) for tag in given))
    if len(found) > MOST_TAGS:
        raise TooManyTagsException(f"A certificate authority can have {MOST_TAGS} tags at most.")
    return found
