"""A small image of this machine's own shell and tools, for tests without an image registry."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from seaway.agent.pause.image import Archive, image_archive

_TOOLS = ("sh", "bash", "cat", "sleep", "head", "tail", "getent", "grep", "hostname")


def shell_image(name: str, architecture: str) -> Archive:
    """`sh` and a few tools with the libraries they name."""
    files: dict[str, bytes] = {}
    for tool in _TOOLS:
        path = shutil.which(tool)
        assert path, f"the tests need the program {tool}"
        files[f"bin/{tool}"] = Path(path).resolve().read_bytes()
        for library in _libraries(path):
            files[library.lstrip("/")] = Path(library).resolve().read_bytes()
    files["etc/nsswitch.conf"] = b"hosts: files dns\n"
    return image_archive(name, files, architecture, environment=("PATH=/bin",))


def _libraries(program: str) -> list[str]:
    said = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    return re.findall(r"(/\S+) \(0x", said)
