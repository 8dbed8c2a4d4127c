"""Seaway's API without the machine's part: for machines without an engine."""

from __future__ import annotations

import argparse
from pathlib import Path

import uvicorn

from seaway.app import Seaway
from seaway.settings import settings_from


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--port", type=int)
    asked = parser.parse_args()
    seaway = Seaway(settings_from({}, data_dir=asked.data_dir, port=asked.port))
    seaway.store.open()
    try:
        uvicorn.run(
            seaway,
            port=asked.port,
            loop="uvloop",
            http="httptools",
            lifespan="off",
            log_config=None,
            access_log=False,
        )
    finally:
        seaway.store.close()


if __name__ == "__main__":
    main()
