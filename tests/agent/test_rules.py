"""What is said to nftables; that the kernel does it is tests/live/test_firewall.py's business."""

from __future__ import annotations

from seaway.agent.rules import Rules, calls, calls6, incoming, inside, outgoing, outside


def test_with_neither_guards_nor_ingress_there_is_no_table_whose_hooks_would_cost_time() -> None:
    assert incoming(Rules(calls=True)) == "add table ip seaway\ndelete table ip seaway\n"


def test_permission_goes_before_refusal_and_resets_pass() -> None:
    rules = incoming(
        Rules(machine=("10.0.0.1",), guards=((80, ("10.0.0.9", "10.0.0.9", "10.0.0.8")), (81, ())))
    )
    assert [line.split("guards ", 1)[1] for line in rules.splitlines() if "rule" in line] == [
        'iifname "lo" accept',
        "ip saddr { 10.0.0.1 } accept",
        "tcp dport 80 ip saddr { 10.0.0.9, 10.0.0.8 } accept",
        "tcp dport { 80, 81 } tcp flags & rst == rst accept",
        "tcp dport { 80, 81 } tcp flags & (fin|syn|rst|ack) == syn"
        " add @refused { ip saddr . tcp dport counter }",
        "tcp dport { 80, 81 } reject with tcp reset",
    ]


def test_chains_are_emptied_before_they_are_filled_so_that_twice_is_once() -> None:
    for script in (
        incoming(Rules(guards=((80, ()),), ingress=((81, 61002),))),
        outgoing("10.0.0.5"),
        calls(),
        calls6(),
        inside(),
    ):
        for chain in [line.split(" {")[0] for line in script.splitlines() if "add chain" in line]:
            emptied = chain.replace("add chain", "flush chain")
            filled = chain.replace("add chain", "add rule")
            assert script.index(emptied) < script.index(filled)


def test_only_the_machines_own_rule_refuses_to_be_made_where_one_is() -> None:
    assert outside("abc").startswith("create table ip seaway-outside\n")
    assert 'comment "abc"' in outside("abc")


def test_the_known_ports_of_the_link_local_address_lead_to_where_we_listen() -> None:
    led = [line.partition("output ")[2] for line in inside().splitlines() if "add rule" in line]
    assert led == [
        "ip daddr 169.254.170.2 tcp dport 80 dnat to :61010",
        "ip daddr 169.254.170.2 tcp dport 4566 dnat to :61011",
    ]
