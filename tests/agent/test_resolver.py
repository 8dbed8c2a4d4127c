"""Whom a task's containers ask for names."""

from __future__ import annotations

from pathlib import Path

from seaway.agent.resolver import machine_resolv_conf, resolv_conf

MACHINE = "# made by somebody\nnameserver 192.0.2.53\nsearch corp.test\noptions ndots:2\n"


def test_seaways_server_is_asked_first_and_the_machines_when_it_does_not_answer() -> None:
    assert resolv_conf("10.0.0.2", MACHINE) == (
        "nameserver 10.0.0.2\nnameserver 192.0.2.53\nsearch corp.test\noptions ndots:2\n"
    )


def test_a_containers_own_search_domains_stand_in_for_the_machines() -> None:
    text = resolv_conf("10.0.0.2", MACHINE, ("pets.test", "test"))
    assert "search pets.test test\n" in text
    assert "corp.test" not in text


def test_no_more_servers_than_the_c_library_reads_each_once_and_none_on_loopback() -> None:
    servers = (
        "127.0.0.53",
        "::1",
        "fe80::1%eth0",
        "10.0.0.2",
        "192.0.2.1",
        "192.0.2.2",
        "192.0.2.3",
    )
    text = resolv_conf("10.0.0.2", "".join(f"nameserver {server}\n" for server in servers))
    assert text == "nameserver 10.0.0.2\nnameserver 192.0.2.1\nnameserver 192.0.2.2\n"


def test_behind_a_server_on_loopback_are_the_ones_it_asks(tmp_path: Path) -> None:
    stub, real = tmp_path / "stub", tmp_path / "real"
    stub.write_text("nameserver 127.0.0.53\n")
    assert machine_resolv_conf((stub, real)) == "nameserver 127.0.0.53\n"
    real.write_text("nameserver 192.0.2.53\n")
    assert machine_resolv_conf((stub, real)) == "nameserver 192.0.2.53\n"
    assert machine_resolv_conf((real, stub)) == "nameserver 192.0.2.53\n"
    assert machine_resolv_conf((tmp_path / "none",)) == ""
