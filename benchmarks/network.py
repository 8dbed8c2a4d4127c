"""A machine in small: a bridge with a client's and a server's network namespace on it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import CannotMeasure

NETWORK = "10.213.77"
_CLONE_NEWNET = 0x40000000


@dataclass(frozen=True, slots=True)
class Room:
    """One network namespace and its address on the bridge."""

    name: str
    address: str

    @property
    def path(self) -> str:
        """The file other programs know it by."""
        return f"/run/netns/{self.name}"

    def inside(self, *command: str) -> list[str]:
        """A command that runs in it."""
        return ["nsenter", f"--net={self.path}", *command]


@contextlib.contextmanager
def two_rooms() -> Iterator[tuple[Room, Room]]:
    """A client's and a server's namespace, joined as a task's are: veth pairs and a bridge."""
    if os.geteuid() != 0:
        raise CannotMeasure("Network namespaces need root: run it with sudo.")
    bridge = f"swb{os.getpid()}"
    with contextlib.ExitStack() as undo:
        _ip("link", "add", bridge, "type", "bridge")
        undo.callback(_ip, "link", "del", bridge)
        _ip("address", "add", f"{NETWORK}.1/24", "dev", bridge)
        _ip("link", "set", bridge, "up")
        undo.enter_context(_forwarded(bridge))
        rooms = []
        for number, name in enumerate(("client", "server")):
            room = Room(f"swbench-{os.getpid()}-{name}", f"{NETWORK}.{number + 2}")
            undo.enter_context(_joined(room, bridge, f"{bridge}{name[0]}"))
            rooms.append(room)
        yield rooms[0], rooms[1]


@contextlib.contextmanager
def a_room(name: str) -> Iterator[Room]:
    """A namespace with nothing but its loopback."""
    if os.geteuid() != 0:
        raise CannotMeasure("Network namespaces need root: run it with sudo.")
    room = Room(f"swbench-{os.getpid()}-{name}", "")
    _ip("netns", "add", room.name)
    try:
        _ip("-n", room.name, "link", "set", "lo", "up")
        yield room
    finally:
        _ip("netns", "del", room.name)


@contextlib.contextmanager
def _joined(room: Room, bridge: str, outside: str) -> Iterator[None]:
    with contextlib.ExitStack() as undo:
        _ip("netns", "add", room.name)
        undo.callback(_ip, "netns", "del", room.name)
        pair = ("link", "add", outside, "type", "veth", "peer", "name", "eth0")
        _ip(*pair, "netns", room.name)
        _ip("link", "set", outside, "master", bridge, "up")
        _ip("-n", room.name, "address", "add", f"{room.address}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            _ip("-n", room.name, "link", "set", device, "up")
        _ip("-n", room.name, "route", "add", "default", "via", f"{NETWORK}.1")
        yield


@contextlib.contextmanager
def _forwarded(bridge: str) -> Iterator[None]:
    """Docker lets the kernel drop what bridges pass on, unless a rule says otherwise."""
    called = Path("/proc/sys/net/bridge/bridge-nf-call-iptables")
    if not called.exists() or called.read_text().strip() == "0":
        yield
        return
    rule = ("FORWARD", "-i", bridge, "-o", bridge, "-j", "ACCEPT")
    _run("iptables", "--wait", "-I", *rule)
    try:
        yield
    finally:
        _run("iptables", "--wait", "-D", *rule)


def _ip(*words: str) -> None:
    _run("ip", *words)


def _run(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotMeasure(f"{' '.join(words)}: {done.stderr.strip()}")


def connected_in(room: Room, address: str, port: int) -> socket.socket:
    """A connected socket of that namespace, made by a thread that goes there. Raises OSError."""
    made: list[socket.socket | OSError] = []

    def go() -> None:
        try:
            enter(room.path)
            made.append(socket.create_connection((address, port), timeout=5))
        except OSError as error:
            made.append(error)

    thread = threading.Thread(target=go)
    thread.start()
    thread.join()
    if isinstance(made[0], OSError):
        raise made[0]
    return made[0]


def enter(namespace: str) -> None:
    """Move the calling thread, which should be one of its own, there. Raises OSError."""
    descriptor = os.open(namespace, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).setns(descriptor, _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    finally:
        os.close(descriptor)
