"""wrk and nginx: the machine's own, or the distribution's, unpacked beside it and not installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.processes import CannotMeasure


def cache_dir() -> Path:
    """Where things fetched once are kept."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "seaway-benchmarks"


def command(name: str) -> list[str]:
    """How to run a program that is a Debian package of its name. Raises CannotMeasure."""
    present = shutil.which(name)
    if present is not None:
        return [present]
    tree = cache_dir() / name
    if not tree.exists():
        _fetch(name, tree)
    program = _first(tree, f"usr/bin/{name}", f"usr/sbin/{name}")
    loader = _first(tree, "lib/*-linux-gnu*/ld-linux*", "usr/lib/*-linux-gnu*/ld-linux*")
    folders = [*tree.glob("lib/*-linux-gnu*"), *tree.glob("usr/lib/*-linux-gnu*")]
    # With the libraries it was packed with, whatever versions the machine has.
    return [str(loader), "--library-path", ":".join(map(str, folders)), str(program)]


def _first(tree: Path, *patterns: str) -> Path:
    for pattern in patterns:
        for found in sorted(tree.glob(pattern)):
            return found
    raise CannotMeasure(f"{tree} holds no {patterns[0]}: remove it and try again.")


def _fetch(name: str, tree: Path) -> None:
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise CannotMeasure(f"{name} is not installed, and there is no apt-get to fetch it with.")
    tree.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=tree.parent) as directory:
        work = Path(directory)
        (work / "archives" / "partial").mkdir(parents=True)
        (work / "lists" / "partial").mkdir(parents=True)
        (work / "status").touch()
        _download(name, work)
        made = work / "tree"
        made.mkdir()
        for package in sorted((work / "archives").glob("*.deb")):
            _run("dpkg-deb", "--extract", str(package), str(made))
        made.rename(tree)


def _download(name: str, work: Path) -> None:
    """The package and all it depends on, as if nothing were installed."""
    ours = {
        "APT::Sandbox::User": "root",
        "Debug::NoLocking": "1",
        "Dir::State::status": str(work / "status"),
        "Dir::Cache::archives": str(work / "archives"),
    }
    fetch = ("--yes", "--no-install-recommends", "--download-only", "install", name)
    try:
        _apt(ours, *fetch)
    except CannotMeasure:
        # The machine's package lists are missing or old: fresh ones, beside them.
        ours |= {"Dir::State::lists": str(work / "lists"), "Dir::Cache": str(work)}
        _apt(ours, "update")
        _apt(ours, *fetch)


def _apt(settings: dict[str, str], *words: str) -> None:
    _run("apt-get", "-q", *(f"-o{name}={value}" for name, value in settings.items()), *words)


def _run(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise CannotMeasure(f"{words[0]}: {said[-1] if said else done.returncode}")
