"""A real nginx out of the distribution's own packages, for machines without an image registry.

The packages of nginx, curl and a few tools are downloaded with all they depend on, unpacked into a
directory (never installed), and of these only the programs and the libraries they load go into one
tar: the root filesystem of an image. Nothing of the machine itself gets in, so the versions match
each other whatever the machine has installed.
"""

from __future__ import annotations

import io
import os
import platform
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath

PACKAGES = ("nginx", "curl", "dash", "coreutils", "libc-bin")
TOOLS = "cat date echo env false head id ls mkdir printf rm sleep tail test timeout touch true wc"
PROGRAMS = ("nginx", "curl", "dash", "getent", *TOOLS.split())

# glibc opens these by name while it runs, so no program lists them.
LOADED_LATER = ("libnss_files.so.2", "libnss_dns.so.2", "libgcc_s.so.1")

DIRECTORIES = {
    "tmp": 0o1777,
    "root": 0o700,
    "run": 0o755,
    "var/cache/nginx": 0o755,
    "var/lib/nginx": 0o755,
    "var/log/nginx": 0o755,
}

# One root for programs and one for libraries, as distributions have them now; the logs are the
# container's own output, so that a log driver sees them.
LINKS = {
    "bin": "usr/bin",
    "sbin": "usr/sbin",
    "lib": "usr/lib",
    "lib64": "usr/lib64",
    "usr/bin/sh": "dash",
    "var/run": "../run",
    "var/log/nginx/access.log": "/dev/stdout",
    "var/log/nginx/error.log": "/dev/stderr",
}

FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnginx:x:101:101:nginx:/nonexistent:/bin/false\n",
    "etc/group": "root:x:0:\nnginx:x:101:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "etc/nginx/nginx.conf": """\
user nginx;
worker_processes 1;
error_log /var/log/nginx/error.log notice;
pid /run/nginx.pid;

events {
    worker_connections 1024;
}

http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log /var/log/nginx/access.log;
    sendfile on;
    keepalive_timeout 65;
    include /etc/nginx/conf.d/*.conf;
}
""",
    "etc/nginx/conf.d/default.conf": """\
server {
    listen 80;
    root /usr/share/nginx/html;
}
""",
    "usr/share/nginx/html/index.html": "<!doctype html><title>nginx</title><h1>nginx</h1>\n",
}

DOCKERFILE = """\
FROM scratch
ADD root.tar /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
"""


class CannotMakeImage(Exception):
    """The machine cannot make the image; the text says in one sentence what to do."""


@dataclass(slots=True)
class _Root:
    """A root filesystem in the making: where each file of it comes from."""

    files: dict[str, Path] = field(default_factory=dict)


def available() -> bool:
    """Whether this machine has a package manager that we can take nginx from (apt and dpkg)."""
    return all(shutil.which(tool) for tool in ("apt-get", "dpkg-deb"))


def recipe() -> str:
    """Names what would be made here: 12 digits, the same for one recipe on one distribution."""
    parts = (PACKAGES, PROGRAMS, LOADED_LATER, DIRECTORIES, LINKS, FILES, DOCKERFILE)
    release = platform.freedesktop_os_release()
    where = (platform.machine(), release.get("ID"), release.get("VERSION_ID"))
    return sha256(repr((parts, where)).encode()).hexdigest()[:12]


def make_context(work: Path) -> bytes:
    """A build context (tar) whose image is the distribution's nginx. Takes seconds; blocks.

    `work` is an empty directory for packages and what is in them, some 100 MB.
    Raises CannotMakeImage when the packages cannot be had or lack something.
    """
    tree = work / "tree"
    tree.mkdir()
    for package in _download(work):
        _run("dpkg-deb", "--extract", str(package), str(tree))
    return _tar({"Dockerfile": DOCKERFILE.encode(), "root.tar": _pack(_choose(tree))})


def _download(work: Path) -> list[Path]:
    """The packages and all they depend on, as if nothing were installed on this machine."""
    archives = work / "archives"
    (archives / "partial").mkdir(parents=True)
    (work / "status").touch()
    fetch = ("--yes", "--no-install-recommends", "--download-only", "install", *PACKAGES)
    ours = [f"Dir::State::status={work / 'status'}", f"Dir::Cache::archives={archives}"]
    try:
        _apt(ours, *fetch)
    except CannotMakeImage:
        # The machine's own package lists are missing or old: take fresh ones, beside them.
        (work / "lists" / "partial").mkdir(parents=True)
        ours += [f"Dir::State::lists={work / 'lists'}", f"Dir::Cache={work}"]
        _apt(ours, "update")
        _apt(ours, *fetch)
    return sorted(archives.glob("*.deb"))


def _apt(options: Sequence[str], *arguments: str) -> None:
    settings = ("APT::Sandbox::User=root", "Debug::NoLocking=1", *options)
    _run("apt-get", "-q", *(f"-o{setting}" for setting in settings), *arguments)


def _run(*command: str) -> str:
    environment = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        why = said[-1] if said else f"exit code {done.returncode}"
        raise CannotMakeImage(
            f"Could not take nginx from the distribution's packages ({command[0]}: {why});"
            " give an nginx image with --base-image."
        )
    return done.stdout


def _choose(tree: Path) -> _Root:
    """Of everything unpacked: the programs, what they load, and nginx's table of file types."""
    root = _Root()
    libraries = [
        found
        for found in sorted([*tree.glob("lib/*-linux-gnu*"), *tree.glob("usr/lib/*-linux-gnu*")])
        if found.is_dir() and not found.is_symlink()
    ]
    loader = _loader(tree, libraries)
    for name in PROGRAMS:
        program = _first(tree, (f"{d}/{name}" for d in ("usr/sbin", "usr/bin", "sbin", "bin")))
        if program is None:
            raise CannotMakeImage(
                f"The distribution's packages hold no program {name};"
                " give an nginx image with --base-image."
            )
        root.files[_merged(program.relative_to(tree))] = program
        for library in _loads(tree, loader, libraries, program):
            root.files[_merged(library.relative_to(tree))] = library
    for directory in libraries:
        for name in LOADED_LATER:
            if (library := directory / name).exists():
                root.files[_merged(library.relative_to(tree))] = library
    root.files["etc/nginx/mime.types"] = tree / "etc/nginx/mime.types"
    where = _first(tree, (f"{d}/{loader.name}" for d in ("usr/lib64", "lib64", "usr/lib", "lib")))
    root.files[_merged((where or loader).relative_to(tree))] = loader
    return root


def _loader(tree: Path, libraries: Sequence[Path]) -> Path:
    """The dynamic loader as a file: a link to it may be absolute and lead to the machine's own."""
    for directory in libraries:
        for found in sorted(directory.glob("ld-linux*.so.*")):
            if not found.is_symlink():
                return found
    raise CannotMakeImage(
        f"No dynamic loader in the distribution's packages under {tree};"
        " give an nginx image with --base-image."
    )


def _loads(tree: Path, loader: Path, libraries: Sequence[Path], program: Path) -> Iterator[Path]:
    """The libraries a program loads, asked of the loader that came with them."""
    path = ":".join(str(directory) for directory in libraries)
    for line in _run(
        str(loader), "--inhibit-cache", "--library-path", path, "--list", str(program)
    ).splitlines():
        name, arrow, rest = line.strip().partition(" => ")
        if not arrow or "ld-linux" in name:
            continue
        found = Path(rest.rpartition(" (")[0] or rest)
        if not found.is_relative_to(tree):
            raise CannotMakeImage(
                f"{program.name} needs {name}, which its packages do not bring;"
                " give an nginx image with --base-image."
            )
        yield found


def _first(tree: Path, places: Iterator[str]) -> Path | None:
    return next((tree / place for place in places if os.path.lexists(tree / place)), None)


def _merged(path: Path | PurePosixPath) -> str:
    """/lib/x is /usr/lib/x, as in every current distribution."""
    return str(path) if path.parts[0] in ("usr", "etc") else f"usr/{path}"


def _pack(root: _Root) -> bytes:
    files = {name: path.read_bytes() for name, path in root.files.items()}
    files |= {name: text.encode() for name, text in FILES.items()}
    executable = {name for name, path in root.files.items() if os.access(path, os.X_OK)}
    return _tar(files, executable=executable, directories=DIRECTORIES, links=LINKS)


def _tar(
    files: dict[str, bytes],
    *,
    executable: set[str] | None = None,
    directories: dict[str, int] | None = None,
    links: dict[str, str] | None = None,
) -> bytes:
    """Files as a tar that is the same whenever and by whomever it is made."""
    members: dict[str, tuple[tarfile.TarInfo, bytes]] = {}
    for name, content in files.items():
        info = tarfile.TarInfo(name)
        info.size = len(content)
        info.mode = 0o755 if name in (executable or ()) else 0o644
        members[name] = (info, content)
    for name, target in (links or {}).items():
        info = tarfile.TarInfo(name)
        info.type, info.linkname, info.mode = tarfile.SYMTYPE, target, 0o777
        members[name] = (info, b"")
    wanted = {str(d): 0o755 for name in members for d in PurePosixPath(name).parents}
    wanted |= {str(d): 0o755 for name in directories or {} for d in PurePosixPath(name).parents}
    for name, mode in {**wanted, **(directories or {})}.items():
        info = tarfile.TarInfo(name)
        info.type, info.mode = tarfile.DIRTYPE, mode
        members[name] = (info, b"")
    members.pop(".", None)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for _, (info, content) in sorted(members.items()):
            tar.addfile(info, io.BytesIO(content))
    return packed.getvalue()
