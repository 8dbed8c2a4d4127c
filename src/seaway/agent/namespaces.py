"""Which files stand for network namespaces that are there."""

from __future__ import annotations

import os


def is_there(sandbox: str) -> bool:
    """Whether a namespace is mounted on the file.

    The engine, and a power cut, leave the bare file behind when the namespace has gone.
    """
    try:
        return os.stat(sandbox).st_dev != os.stat(os.path.dirname(sandbox)).st_dev
    except FileNotFoundError:
        return False
