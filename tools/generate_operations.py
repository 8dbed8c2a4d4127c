"""Write docs/operations.md: what of each AWS service is answered, and what is not.

Run ``make docs`` after adding an operation; ``--check`` only says whether the page is what
would be written.
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from seaway.app import handlers
from seaway.aws.model import Service, load
from seaway.aws.operation import Handler

TARGET = Path(__file__).resolve().parent.parent / "docs" / "operations.md"

REFUSED = "Refused: "
"""How the docstring of a handler begins that only says no, in plain words."""

HEAD = """\
# Operations

<!-- Written by tools/generate_operations.py (`make docs`). Do not edit. -->

What is not in these tables answers `UnknownOperationException` (`InvalidAction` in the query
protocol) with the operation's name in the message; a field that is not built is refused by its
name. A table says of an operation what one should know beside AWS's own page of it.

| service | boto3's name | answered | in AWS's model |
|---|---|---:|---:|
"""

_SOURCE = re.compile(r"\s*\((?:[\w ]+ )?(?:API|API: [A-Z]\w+|[A-Z][a-z]+[A-Z]\w+)\)")
"""The AWS page a docstring names: the table has it in its first column."""


def remark(handler: Handler) -> str:
    """The first line of the handler's docstring, without the name of the AWS page."""
    line = (inspect.getdoc(handler.function) or "").split("\n", 1)[0]
    if re.fullmatch(r"[\w ]+ API: \w+\.", line):
        return ""
    return _SOURCE.sub("", line).replace("``", "`").replace("|", "\\|")


def is_refusal(handler: Handler) -> bool:
    """Whether all it does is to say that this is not built."""
    return (inspect.getdoc(handler.function) or "").startswith(REFUSED)


def page(found: Iterable[Handler]) -> str:
    """The whole page."""
    services: defaultdict[str, list[Handler]] = defaultdict(list)
    for handler in found:
        if not is_refusal(handler):
            services[handler.service].append(handler)
    models = {name: load(name, [handler.name for handler in services[name]]) for name in services}
    rows = "".join(
        f"| [{model.service_id}](#{_anchor(model)}) | `{name}` | {len(services[name])} | "
        f"{len(model.known)} |\n"
        for name, model in models.items()
    )
    return HEAD + rows + "".join(_part(models[name], services[name]) for name in services)


def _anchor(model: Service) -> str:
    return model.service_id.lower().replace(" ", "-")


def _part(model: Service, found: list[Handler]) -> str:
    built = {handler.name: remark(handler) for handler in found}
    rows = "".join(f"| `{name}` | {built[name] or '–'} |\n" for name in sorted(built))
    part = f"\n## {model.service_id}\n\n| operation | |\n|---|---|\n{rows}"
    missing = sorted(model.known - built.keys())
    if not missing:
        return f"{part}\nThat is all of it.\n"
    count, names = len(missing), ", ".join(missing)
    return f"{part}\n<details><summary>{count} not built</summary>\n\n{names}\n\n</details>\n"


def main() -> int:
    """Write or check the page; 1 when ``--check`` finds that it differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, only compare")
    options = parser.parse_args()
    text = page(handlers().values())
    if TARGET.exists() and TARGET.read_text() == text:
        return 0
    sys.stdout.write(f"{TARGET.name} {'differs' if options.check else 'written'}\n")
    if not options.check:
        TARGET.write_text(text)
    return 1 if options.check else 0


if __name__ == "__main__":
    sys.exit(main())
