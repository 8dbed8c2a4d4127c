"""Labels <-> the one string Envoy carries for us through its statistics."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote, unquote

from seaway.core.mesh.proxy import Labels, Purpose


@lru_cache(maxsize=20_000)
def stat_name(labels: Labels) -> str:
    """The labels as a statistics name: no dots and colons, which mean something to Envoy."""
    return ";".join(f"{key}={_plain(value)}" for key, value in labels.items())


def labels_of(name: str) -> Labels | None:
    """The labels a statistics name was made from; None if it was not made by ``stat_name``."""
    pairs = dict(part.partition("=")[::2] for part in name.split(";"))
    purpose = pairs.pop("purpose", None)
    if purpose not in set(Purpose):
        return None
    return Labels(purpose=Purpose(purpose), **{k: unquote(v) for k, v in pairs.items()})


def _plain(value: str) -> str:
    return quote(value, safe="/").replace(".", "%2E").replace("~", "%7E")
