"""One benchmark as a command of its own: ``python -m benchmarks.data_path``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from benchmarks.figures import Report, Say, show
from benchmarks.processes import CannotMeasure, ended_by_signals


def command(
    parser: argparse.ArgumentParser,
    run: Callable[[list[str], Say], Report],
    arguments: list[str] | None,
) -> int:
    """Measure as the arguments ask (None: the program's own) and show it; the exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    as_json = parser.parse_args(words).json
    try:
        with ended_by_signals():
            report = run(words, lambda text: print(text, file=sys.stderr, flush=True))
    except CannotMeasure as problem:
        print(f"Can't measure: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    show([report], as_json)
    return 0
