"""Packet rules in real network namespaces: who gets through, who is counted, what is led where."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from seaway.agent.firewall import KernelFirewall
from seaway.agent.inside.address import ADDRESS, API_LISTENING, LED, LISTENING
from seaway.agent.inside.listening import listen_inside
from seaway.agent.network import in_namespace
from seaway.agent.nft import NoSuchRule, listed
from seaway.agent.outside import lead_calls, stop_calls
from seaway.agent.rules import OUTSIDE_TABLE, Rules
from tests.live.machine import a_process

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(
        os.geteuid() != 0 or shutil.which("nft") is None, reason="needs root and nftables"
    ),
]

T = TypeVar("T")
MACHINE, SERVER, FRIEND, STRANGER = (f"10.202.7.{n}" for n in (1, 10, 11, 12))
PORT = 8080
COUNT = iter(range(1, 1000))


def run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)


@dataclass(frozen=True)
class Room:
    """A network namespace."""

    name: str

    @property
    def path(self) -> str:
        return f"/run/netns/{self.name}"

    def do(self, work: Callable[[], T]) -> T:
        """What a piece of work gives that is done inside; its sockets stay inside."""
        found: list[T] = []
        asyncio.run(in_namespace(self.path, lambda: found.append(work())))
        return found[0]

    def call(self, to: str = SERVER, port: int = PORT, own: str | None = None) -> str:
        """What is answered to a connection, or why there is none."""
        return self.do(lambda: _call(to, port, own))

    def settle(self, firewall: KernelFirewall, **rules: Any) -> bool:
        return asyncio.run(firewall.settle(self.path, Rules(machine=(MACHINE,), **rules)))


def _call(to: str, port: int, own: str | None) -> str:
    source = (own, 0) if own else None
    try:
        with socket.create_connection((to, port), 5, source) as connection:
            return connection.recv(100).decode()
    except ConnectionRefusedError:
        return "refused"
    except OSError as error:
        return os.strerror(error.errno or 0)


@contextlib.contextmanager
def serving(room: Room, address: str, port: int) -> Iterator[socket.socket]:
    """A server that tells each caller where it is seen to come from and what it had dialled."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET

    def listen() -> socket.socket:
        server = socket.socket(family)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((address, port))
        server.listen()
        return server

    def answer(server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, (caller, *_) = server.accept()
                with connection:
                    connection.sendall(f"{port} saw {caller} for {_dialled(connection)}".encode())

    server = room.do(listen)
    job = threading.Thread(target=answer, args=(server,))
    job.start()
    try:
        yield server
    finally:
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()
        job.join()


def _dialled(connection: socket.socket) -> str:
    """The port the caller had dialled, before the rules led it here (SO_ORIGINAL_DST)."""
    level = socket.IPPROTO_IPV6 if connection.family == socket.AF_INET6 else socket.SOL_IP
    try:
        told = connection.getsockopt(level, 80, 28)
    except OSError:
        return "itself"
    return str(struct.unpack(">H", told[2:4])[0])


@dataclass(frozen=True)
class Rooms:
    """A machine with a bridge, and three tasks on it."""

    machine: Room
    server: Room
    friend: Room
    stranger: Room


@pytest.fixture
def rooms() -> Iterator[Rooms]:
    scope = f"fw{os.getpid()}-{next(COUNT)}"
    made = [Room(f"{scope}-{role}") for role in ("machine", "server", "friend", "stranger")]
    machine, *tasks = made
    try:
        for room in made:
            run("ip", "netns", "add", room.name)
            run("ip", "-n", room.name, "link", "set", "lo", "up")
        run("ip", "-n", machine.name, "link", "add", "name", "bridge0", "type", "bridge")
        run("ip", "-n", machine.name, "addr", "add", f"{MACHINE}/24", "dev", "bridge0")
        run("ip", "-n", machine.name, "link", "set", "bridge0", "up")
        for number, room in enumerate(tasks, start=10):
            _plug(machine, room, f"10.202.7.{number}", f"port{number}")
        yield Rooms(*made)
    finally:
        for room in made:
            subprocess.run(("ip", "netns", "del", room.name), capture_output=True, check=False)


def _plug(machine: Room, room: Room, address: str, port: str) -> None:
    inside = ("peer", "name", "eth0", "netns", room.name)
    run("ip", "-n", machine.name, "link", "add", "name", port, "type", "veth", *inside)
    run("ip", "-n", machine.name, "link", "set", port, "master", "bridge0", "up")
    run("ip", "-n", room.name, "addr", "add", f"{address}/24", "dev", "eth0")
    run("ip", "-n", room.name, "link", "set", "eth0", "up")


def test_a_guarded_port_is_open_to_the_machine_itself_and_the_permitted_only(rooms: Rooms) -> None:
    firewall = KernelFirewall()
    with serving(rooms.server, "0.0.0.0", PORT), serving(rooms.server, "0.0.0.0", 9090):
        rooms.server.settle(firewall, guards=((PORT, (FRIEND,)),))
        assert rooms.stranger.call() == "refused"
        assert FRIEND in rooms.friend.call()
        assert MACHINE in rooms.machine.call()
        assert SERVER in rooms.server.call()
        assert "127.0.0.1" in rooms.server.call("127.0.0.1")
        assert STRANGER in rooms.stranger.call(port=9090)

        rooms.server.settle(firewall, guards=((PORT, (STRANGER,)),))
        assert STRANGER in rooms.stranger.call()
        assert rooms.friend.call() == "refused"

        rooms.server.settle(firewall)
        assert FRIEND in rooms.friend.call()


def test_a_guarded_port_is_no_more_open_by_ipv6(rooms: Rooms) -> None:
    firewall = KernelFirewall()
    for room, address in ((rooms.server, "fd00::10/64"), (rooms.stranger, "fd00::12/64")):
        run("ip", "-n", room.name, "addr", "add", address, "dev", "eth0", "nodad")
    with serving(rooms.server, "::", PORT):
        assert "fd00::12" in rooms.stranger.call("fd00::10")
        rooms.server.settle(firewall, guards=((PORT, (STRANGER,)),))
        assert rooms.stranger.call("fd00::10") == "refused"
        assert "fd00::10" in rooms.server.call("fd00::10")
        rooms.server.settle(firewall)
        assert "fd00::12" in rooms.stranger.call("fd00::10")


def test_refused_connections_are_counted_by_source_and_told_once(rooms: Rooms) -> None:
    firewall = KernelFirewall()
    guards = {"guards": ((PORT, ()), (9090, (FRIEND,)))}
    rooms.server.settle(firewall, **guards)
    for port, count in ((PORT, 2), (9090, 1)):
        for _ in range(count):
            rooms.stranger.call(port=port)
    rooms.friend.call()
    rooms.server.settle(firewall, **guards)  # the same again changes no count
    refused = asyncio.run(firewall.refused(rooms.server.path))
    assert refused == {(STRANGER, PORT): 2, (STRANGER, 9090): 1, (FRIEND, PORT): 1}
    assert asyncio.run(firewall.refused(rooms.server.path)) == {}

    # The next agent begins where this one ended.
    later = KernelFirewall()
    rooms.server.settle(later, **guards)
    rooms.stranger.call()
    assert asyncio.run(later.refused(rooms.server.path)) == {(STRANGER, PORT): 1}


def test_a_caller_that_loses_its_permission_loses_its_connection(rooms: Rooms) -> None:
    firewall = KernelFirewall()
    rooms.server.settle(firewall, guards=((PORT, (FRIEND,)),))
    server = rooms.server.do(lambda: socket.create_server(("0.0.0.0", PORT)))
    client = rooms.friend.do(lambda: socket.create_connection((SERVER, PORT), 5))
    connection, _ = server.accept()
    with server, client, connection:
        client.settimeout(5)
        connection.settimeout(5)
        rooms.server.settle(firewall, guards=((PORT, ()),))
        client.sendall(b"anybody there?")
        with pytest.raises(ConnectionResetError):
            client.recv(1)
        # The server learns it with the next it has to say.
        connection.sendall(b"hello?")
        with pytest.raises(ConnectionResetError):
            connection.recv(100)
        refused = asyncio.run(firewall.refused(rooms.server.path))
        assert refused == {}, "connections are counted, not packets"


def test_nothing_leaves_a_namespace_under_anothers_address(rooms: Rooms) -> None:
    firewall = KernelFirewall()
    run("ip", "-n", rooms.stranger.name, "addr", "add", f"{FRIEND}/32", "dev", "eth0")

    def hear() -> socket.socket:
        listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        listener.bind(("0.0.0.0", PORT))
        listener.settimeout(5)
        return listener

    def say(own: str) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((own, 0))
            sender.sendto(own.encode(), (SERVER, PORT))

    with rooms.server.do(hear) as listener:
        rooms.stranger.do(lambda: say(FRIEND))
        assert listener.recv(100).decode() == FRIEND  # so it could be, without the rule
        rooms.stranger.settle(firewall, address=STRANGER)
        rooms.stranger.do(lambda: say(FRIEND))
        rooms.stranger.do(lambda: say(STRANGER))
        assert listener.recv(100).decode() == STRANGER


def test_what_comes_from_outside_is_led_to_the_proxy_and_the_machine_reaches_the_port_itself(
    rooms: Rooms,
) -> None:
    firewall = KernelFirewall()
    with serving(rooms.server, "0.0.0.0", PORT), serving(rooms.server, "0.0.0.0", 61002):
        rooms.server.settle(firewall, ingress=((PORT, 61002),))
        assert rooms.stranger.call() == f"61002 saw {STRANGER} for {PORT}"
        assert rooms.machine.call().startswith(f"{PORT} saw {MACHINE}")
        assert rooms.machine.call(port=61002).startswith(f"61002 saw {MACHINE}")
        assert rooms.server.call("127.0.0.1").startswith(f"{PORT} saw 127.0.0.1")

        rooms.server.settle(firewall)
        assert rooms.stranger.call().startswith(f"{PORT} saw {STRANGER}")


def test_names_are_called_by_both_families_and_by_ipv4_alone_where_there_is_no_rule(
    rooms: Rooms,
) -> None:
    assert rooms.friend.call("2600:f0f0::5", 80) == os.strerror(101)  # at once, so v4 is tried
    for address in ("127.255.0.5", "2600:f0f0::5"):
        for _ in range(2):  # twice does no harm
            assert rooms.friend.settle(KernelFirewall(), calls=True)
        with serving(rooms.friend, address, 61001):
            said = rooms.friend.call(address, 80)
            assert said.startswith("61001 saw")
            assert said.endswith("for 80")
        assert rooms.friend.call(address, 81) == "refused"


def test_localhost_stays_ipv4_where_ipv6_was_off(rooms: Rooms) -> None:
    switch = Path("/proc/sys/net/ipv6/conf/lo/disable_ipv6")
    rooms.friend.do(lambda: switch.write_text("1"))
    assert rooms.friend.settle(KernelFirewall(), calls=True)
    # Else a server on 0.0.0.0 would not be found by programs that try the first address only.
    found = rooms.friend.do(lambda: socket.getaddrinfo("localhost", 80, type=socket.SOCK_STREAM))
    assert [address[0] for *_, address in found] == ["127.0.0.1"]


def test_a_namespace_that_is_gone_is_told_apart(rooms: Rooms) -> None:
    firewall = KernelFirewall()
    gone = Room("never-there")
    with pytest.raises(FileNotFoundError):
        gone.settle(firewall, guards=((PORT, ()),), calls=True)
    assert rooms.friend.settle(firewall, calls=True), "it says nothing of what the machine can"


def test_a_file_whose_namespace_is_gone_teaches_nothing_of_the_machine(
    rooms: Rooms, tmp_path: Path
) -> None:
    left = tmp_path / "left"
    left.touch()
    firewall = KernelFirewall()
    with pytest.raises(FileNotFoundError):
        asyncio.run(firewall.settle(str(left), Rules(calls=True)))
    assert rooms.friend.settle(firewall, calls=True), "names are called by IPv6 too, as before"


def test_a_machine_without_nftables_runs_tasks_but_no_guarded_ones(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for program in ("nsenter", "iptables"):
        (tmp_path / program).symlink_to(str(shutil.which(program)))
    monkeypatch.setenv("PATH", str(tmp_path))
    firewall = KernelFirewall()
    assert rooms.friend.settle(firewall, address=FRIEND, calls=True) is False
    with serving(rooms.friend, "127.255.0.5", 61001):
        assert rooms.friend.call("127.255.0.5", 80).endswith("for 80")
    with pytest.raises(OSError, match="nft"):
        rooms.friend.settle(firewall, guards=((PORT, ()),))


@pytest.fixture(params=["nft", "iptables"])
def by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """What the machine has for packet rules: the usual, or only the older program."""
    if request.param == "iptables":
        for program in ("nsenter", "iptables"):
            (tmp_path / program).symlink_to(str(shutil.which(program)))
        monkeypatch.setenv("PATH", str(tmp_path))
    return str(request.param)


def test_what_is_asked_at_the_link_local_address_is_asked_of_us(rooms: Rooms, by: str) -> None:
    """With the task's own server on port 80 of every address, before us or after."""
    with serving(rooms.friend, "0.0.0.0", 80):
        ports = (LISTENING, API_LISTENING)
        for listener in asyncio.run(listen_inside(rooms.friend.path, ports)):
            listener.close()  # what is opened is tried below, by a server that answers
        firewall = KernelFirewall()
        for _ in range(2):
            assert rooms.friend.settle(firewall, address=FRIEND, inside=True) is False
        for called, listening in LED:
            with serving(rooms.friend, ADDRESS, listening):
                told = rooms.friend.call(ADDRESS, called)
                assert told == f"{listening} saw {ADDRESS} for {called}"
                assert "saw" not in rooms.stranger.call(ADDRESS, called)
        assert rooms.friend.call("127.0.0.1", 80).startswith("80 saw")
        assert rooms.stranger.call(FRIEND, LISTENING) == "refused"


def test_a_neighbour_that_routes_the_link_local_address_to_a_task_is_not_heard(
    rooms: Rooms,
) -> None:
    """The kernel takes packets to any address of its own at any interface; our sockets do not."""
    run("ip", "-n", rooms.stranger.name, "route", "add", f"{ADDRESS}/32", "via", FRIEND)
    (listener,) = asyncio.run(listen_inside(rooms.friend.path, (LISTENING,)))
    with listener, serving(rooms.friend, ADDRESS, LISTENING + 50):
        assert rooms.stranger.call(ADDRESS, LISTENING + 50).startswith(f"{LISTENING + 50} saw")
        assert rooms.stranger.call(ADDRESS, LISTENING) == "refused"
        rooms.friend.do(lambda: socket.create_connection((ADDRESS, LISTENING), 5).close())


def test_the_machines_own_programs_are_led_to_the_proxy_for_one_installation(rooms: Rooms) -> None:
    machine = rooms.machine.path  # it stands for the machine, whose own rules are left alone

    def lead(installation: str, wanted: bool) -> tuple[str, ...]:
        problems = asyncio.run(lead_calls(installation, wanted, machine))
        return tuple(problem.message for problem in problems)

    assert lead("one", True) == lead("one", True) == ()
    with serving(rooms.machine, "127.254.0.1", 61001):
        assert rooms.machine.call("127.254.0.1", 80).endswith("for 80")
        with a_process("one"):
            (problem,) = lead("two", True)
        assert "another Seaway on this machine (installation one)" in problem
        assert lead("two", False) == ()
        asyncio.run(stop_calls("two", machine))
        assert rooms.machine.call("127.254.0.1", 80).endswith("for 80")
    assert lead("one", False) == lead("one", False) == ()
    assert lead("two", True) == ()
    assert lead("three", True) == ()  # as "two" was killed, and so was its proxy
    with a_process("three"):
        (problem,) = lead("two", True)
    assert "another Seaway on this machine (installation three)" in problem
    asyncio.run(stop_calls("three", machine))
    with pytest.raises(NoSuchRule):
        asyncio.run(listed("table", "ip", OUTSIDE_TABLE, sandbox=machine))
