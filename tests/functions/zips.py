"""Zips of functions, made of their sources."""

from __future__ import annotations

import io
import textwrap
import zipfile


def a_zip(source: str, name: str = "hook.py", **more: str) -> bytes:
    """A zip with one module, and more files by name."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr(name, textwrap.dedent(source))
        for path, text in more.items():
            archive.writestr(f"{path}.py", text)
    return body.getvalue()
