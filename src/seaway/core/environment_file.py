"""Files with environment variables, as the ECS agent reads them."""

from __future__ import annotations

from collections.abc import Iterator


def variables_in(text: str) -> Iterator[tuple[str, str]]:
    """The variables of a file: ``NAME=VALUE`` lines (ECS guide: environment files).

    Blanks and quotes are part of the value, and nothing is put in for ``$NAME``. A line that
    begins with ``#``, has no ``=``, or nothing on one side of it is left out.
    """
    for line in text.split("\n"):
        line = line.removesuffix("\r")
        if line.startswith("#"):
            continue
        name, _, value = line.partition("=")
        if name and value:
            yield name, value
