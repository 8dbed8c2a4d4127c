"""Hosts files: one per network namespace, and a marked block in the machine's own.

They are always written in place. The engine mounts the file itself into a container, so a file
put in its stead would never be seen by programs that already run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Network, ip_address
from pathlib import Path

BEGIN = "# seaway begin"
END = "# seaway end"
_EMPTY_BLOCK = re.compile(rf"^{BEGIN} (\S+)\n{END} \1\n", re.MULTILINE)

Names = Iterable[tuple[str, str]]
"""(name, address) pairs."""

_LOCAL = (
    "127.0.0.1\tlocalhost",
    "::1\tlocalhost ip6-localhost ip6-loopback",
    "fe00::0\tip6-localnet",
    "ff00::0\tip6-mcastprefix",
    "ff02::1\tip6-allnodes",
    "ff02::2\tip6-allrouters",
)


def task_hosts(own: tuple[str, str] | None, extra: Names, names: Names) -> str:
    """The text of a task's hosts file: itself, its extra hosts, the names it may call."""
    pairs = [*([own] if own else []), *extra, *names]
    return "\n".join([*_LOCAL, *_lines(pairs)]) + "\n"


def write_in_place(path: Path, text: str) -> None:
    """Make the file say this, in the same inode; new lines alone are appended.

    A reader never sees the file without the lines that stay when names are only added.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+", encoding="utf-8") as file:
        # Whoever runs in the container has to be able to read it, whatever our umask is.
        path.chmod(0o644)
        file.seek(0)
        before = file.read()
        if text == before:
            return
        if text.startswith(before):
            file.write(text[len(before) :])
            return
    _overwrite(path, text)


def write_block(path: Path, installation: str, names: Names) -> None:
    """Put the names between an installation's marks in a machine's hosts file; none: no block.

    Raises OSError when the file may not be written.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    begin, end = f"{BEGIN} {installation}", f"{END} {installation}"
    kept = _without_block(text, begin, end)
    lines = _lines(names)
    block = "\n".join([begin, *lines, end]) + "\n" if lines else ""
    if kept + block != text:
        _overwrite(path, kept + block)


def remove_names_of_others(path: Path, installation: str, addresses: IPv4Network) -> None:
    """Take names at these addresses out of the blocks of other installations.

    One that was killed leaves its names there; they would lead to ours. Raises OSError.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    kept: list[str] = []
    owner = installation
    for line in text.splitlines(keepends=True):
        if line.startswith((BEGIN, END)):
            owner = line.split()[-1] if line.startswith(BEGIN) else installation
        if owner == installation or not _is_at(line, addresses):
            kept.append(line)
    cleaned = _EMPTY_BLOCK.sub("", "".join(kept))
    if cleaned != text:
        _overwrite(path, cleaned)


def remove_block(path: Path, installation: str) -> None:
    """Take the block out of the machine's hosts file again. Raises OSError as `write_block`."""
    write_block(path, installation, ())


def _overwrite(path: Path, text: str) -> None:
    # One write, then the cut: no reader finds the file empty in between.
    with open(path, "r+" if path.exists() else "w", encoding="utf-8") as file:
        file.write(text)
        file.truncate()


def _lines(names: Names) -> list[str]:
    return [f"{address}\t{name}" for name, address in names]


def _is_at(line: str, addresses: IPv4Network) -> bool:
    try:
        return ip_address(line.split()[0]) in addresses
    except (IndexError, ValueError):  # not a line of names
        return False


def _without_block(text: str, begin: str, end: str) -> str:
    kept, inside = [], False
    for line in text.splitlines(keepends=True):
        if line.strip() == begin:
            inside = True
        elif line.strip() == end and inside:
            inside = False
        elif not inside:
            kept.append(line)
    if kept and not kept[-1].endswith("\n"):
        kept[-1] += "\n"
    return "".join(kept)
