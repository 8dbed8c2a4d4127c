"""The benchmarks, one after the other: ``python -m benchmarks``; the long ones by name."""

from __future__ import annotations

import argparse
import os
import sys

from benchmarks import (
    api_calls,
    data_path,
    disturbances,
    lost_requests,
    many_names,
    placement,
    propagation,
    task_start,
)
from benchmarks.figures import Report, show
from benchmarks.processes import CannotMeasure, ended_by_signals

ALL = {
    "data_path": data_path,
    "propagation": propagation,
    "many_names": many_names,
    "disturbances": disturbances,
    "api_calls": api_calls,
    "lost_requests": lost_requests,
    "task_start": task_start,
    "placement": placement,
}
LONG = ("lost_requests", "placement")
"""Only when they are named: a whole run takes a quarter of an hour and more."""


def parser() -> argparse.ArgumentParser:
    """What can be asked of all of them."""
    made = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    made.add_argument(
        "names",
        nargs="*",
        choices=[*ALL, []],
        default=[],
        help=f"which; else all but {' and '.join(LONG)}",
    )
    made.add_argument("--ministack", help="see benchmarks.api_calls")
    made.add_argument("--moto", help="see benchmarks.api_calls")
    made.add_argument("--install", action="store_true", help="see benchmarks.api_calls")
    made.add_argument("--json", action="store_true", help="one JSON document, with all samples")
    return made


def words_for(name: str, asked: argparse.Namespace) -> list[str]:
    """The arguments of one benchmark: its own defaults, but for what was said."""
    if name != "api_calls":
        return []
    words = ["--install"] if asked.install else []
    for other in ("ministack", "moto"):
        if given := getattr(asked, other):
            words += [f"--{other}", given]
    return words


def main(arguments: list[str] | None = None) -> int:
    """Run them; what can't be measured here is said, and the others go on."""
    asked = parser().parse_args(sys.argv[1:] if arguments is None else arguments)
    reports: list[Report] = []
    status = 0
    try:
        with ended_by_signals():
            for name in asked.names or [name for name in ALL if name not in LONG]:

                def say(text: str, name: str = name) -> None:
                    print(f"{name}: {text}", file=sys.stderr, flush=True)

                try:
                    report = ALL[name].run(words_for(name, asked), say)
                except CannotMeasure as problem:
                    say(f"can't measure: {problem}")
                    status = 1
                    continue
                reports.append(report)
                if not asked.json:
                    show([report], as_json=False)
    except KeyboardInterrupt:
        return 130
    if asked.json:
        show(reports, as_json=True)
    return status


if __name__ == "__main__":
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    sys.exit(main())
