"""This machine's Python, libraries and all, inside containers of whatever image."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import grpc

_INSIDE = "/machine"


def _needed() -> list[str]:
    """The libraries that the interpreter and gRPC's extension name, the loader first."""
    extension = next(Path(grpc.__file__).parent.glob("_cython/cygrpc*.so"))
    found: list[str] = []
    for program in (os.path.realpath(sys.executable), str(extension)):
        said = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
        found += re.findall(r"(/\S+) \(0x", said)
    loaders = [path for path in found if "/ld-" in path or "/ld." in path]
    return [loaders[0], *found]


def _directories() -> list[str]:
    """What Python needs, none inside another."""
    libraries = {str(Path(path).resolve().parent) for path in _needed()}
    packages = os.path.realpath(sysconfig.get_path("platlib"))
    here = str(Path(__file__).resolve().parent)
    wanted = {os.path.realpath(sys.base_prefix), packages, here, *libraries}
    return sorted(p for p in wanted if not any(str(up) in wanted for up in Path(p).parents))


def volumes() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A task definition's volumes and the mount points of a container that is to run Python."""
    places = [(f"machine-{n}", path) for n, path in enumerate(_directories())]
    return (
        [{"name": name, "host": {"sourcePath": path}} for name, path in places],
        [
            {"sourceVolume": name, "containerPath": _INSIDE + path, "readOnly": True}
            for name, path in places
        ],
    )


def command(program: str, *arguments: str) -> str:
    """The shell command that runs one of these tests' programs there."""
    libraries = {str(Path(path).resolve().parent) for path in _needed()}
    loader = str(Path(_needed()[0]).resolve())
    words = [
        "env",
        f"PYTHONHOME={_INSIDE}{os.path.realpath(sys.base_prefix)}",
        f"PYTHONPATH={_INSIDE}{os.path.realpath(sysconfig.get_path('platlib'))}",
        "PYTHONDONTWRITEBYTECODE=1",
        _INSIDE + loader,
        "--library-path",
        ":".join(_INSIDE + path for path in sorted(libraries)),
        _INSIDE + os.path.realpath(sys.executable),
        f"{_INSIDE}{Path(__file__).resolve().parent}/{program}",
        *arguments,
    ]
    return shlex.join(words)
