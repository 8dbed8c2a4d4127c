"""DNS's wire form, with dnspython as the other side."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import pytest

from seaway.core.zone import Record, Reply
from seaway.dns.messages import (
    Question,
    Unreadable,
    failure,
    following,
    question,
    render,
    truncated,
)


def asked(name: str, kind: str = "A", **fields: object) -> Question:
    query = dns.message.make_query(name, kind, **fields)  # type: ignore[arg-type]
    found = question(query.to_wire())
    assert found is not None
    return found


def said(query: Question, reply: Reply, *, tcp: bool = False) -> dns.message.Message:
    answer = dns.message.from_wire(render(query, reply, None, tcp=tcp))
    assert answer.id == query.message.id
    assert answer.flags & dns.flags.QR
    assert answer.flags & dns.flags.RA
    assert answer.question == query.message.question
    return answer


def test_a_question_is_read_in_lower_case_without_its_last_dot() -> None:
    found = asked("Cats.Pets.LOCAL.", "SRV")
    assert (found.name, found.kind) == ("cats.pets.local", "SRV")


def test_records_of_each_type_are_told() -> None:
    reply = Reply(
        records=(
            Record("a.pets.local", "CNAME", 5, "cats.pets.local"),
            Record("cats.pets.local", "A", 10, "10.0.0.1"),
            Record("cats.pets.local", "A", 10, "10.0.0.2"),
        )
    )
    answer = said(asked("a.pets.local"), reply)
    assert [sorted(rrset.to_text().splitlines()) for rrset in answer.answer] == [
        ["a.pets.local. 5 IN CNAME cats.pets.local."],
        ["cats.pets.local. 10 IN A 10.0.0.1", "cats.pets.local. 10 IN A 10.0.0.2"],
    ]
    srv = Reply(records=(Record("cats.pets.local", "SRV", 10, "1 1 8080 abc.cats.pets.local"),))
    answer = said(asked("cats.pets.local", "SRV"), srv)
    assert answer.answer[0].to_text().endswith("IN SRV 1 1 8080 abc.cats.pets.local.")
    six = Reply(records=(Record("cats.pets.local", "AAAA", 10, "fd00::1"),))
    answer = said(asked("cats.pets.local", "AAAA"), six)
    assert answer.answer[0].to_text().endswith("IN AAAA fd00::1")


def test_what_is_not_there_comes_with_the_zone_s_soa() -> None:
    nothing = said(asked("x.pets.local"), Reply(missing=True, soa=("pets.local", 15)))
    assert nothing.rcode() is dns.rcode.NXDOMAIN
    (soa,) = nothing.authority
    assert (soa.name.to_text(), soa.ttl, soa.rdtype) == ("pets.local.", 15, dns.rdatatype.SOA)
    no_data = said(asked("cats.pets.local", "AAAA"), Reply(soa=("pets.local", 15)))
    assert (no_data.rcode(), no_data.answer) == (dns.rcode.NOERROR, [])
    own = said(asked("pets.local", "SOA"), Reply(soa=("pets.local", 15)))
    assert (len(own.answer), own.authority) == (1, [])


MANY = Reply(
    records=tuple(
        Record("cats.pets.local", "SRV", 10, f"1 1 80 {number:032x}.cats.pets.local")
        for number in range(8)
    )
)


@pytest.mark.parametrize(
    ("fields", "tcp", "cut"),
    [
        ({"use_edns": False}, False, True),
        ({"use_edns": 0, "payload": 1232}, False, False),
        ({"use_edns": False}, True, False),
    ],
)
def test_what_does_not_fit_is_cut_so_that_the_asker_comes_by_tcp(
    fields: dict[str, int], tcp: bool, cut: bool
) -> None:
    wire = render(asked("cats.pets.local", "SRV", **fields), MANY, None, tcp=tcp)
    assert truncated(wire) is cut
    assert len(wire) <= (512 if cut else 1232)
    # The label compression of SRV targets is forbidden (RFC 2782), so they need their room.
    full = len(dns.message.from_wire(wire).answer[0]) if not cut else 8
    assert full == 8


def test_edns_is_answered_with_edns_and_silence_with_silence() -> None:
    assert said(asked("a.pets.local", use_edns=0), Reply()).edns == 0
    assert said(asked("a.pets.local", use_edns=False), Reply()).edns == -1


def test_what_was_answered_elsewhere_completes_a_chain() -> None:
    query = asked("b.pets.local")
    there = dns.message.make_response(dns.message.make_query("www.example.com", "A"))
    there.answer.append(dns.rrset.from_text("www.example.com.", 30, "IN", "A", "10.9.9.9"))
    led = Reply(
        records=(Record("b.pets.local", "CNAME", 10, "www.example.com"),), follow="www.example.com"
    )
    answer = dns.message.from_wire(render(query, led, there.to_wire(), tcp=False))
    assert [rrset.name.to_text() for rrset in answer.answer] == [
        "b.pets.local.",
        "www.example.com.",
    ]
    alias = Reply(follow="www.example.com", instead="b.pets.local")
    answer = dns.message.from_wire(render(query, alias, there.to_wire(), tcp=False))
    assert [rrset.to_text() for rrset in answer.answer] == ["b.pets.local. 30 IN A 10.9.9.9"]
    nobody = dns.message.from_wire(render(query, led, None, tcp=False))
    assert nobody.rcode() is dns.rcode.SERVFAIL


def test_a_following_question_asks_for_the_same_type() -> None:
    found = question(following(asked("b.pets.local", "AAAA"), "www.example.com", 77))
    assert found is not None
    assert (found.name, found.kind, found.message.id) == ("www.example.com", "AAAA", 77)


def test_a_failure_is_said_to_be_one() -> None:
    answer = dns.message.from_wire(failure(asked("a.pets.local"), tcp=False))
    assert answer.rcode() is dns.rcode.SERVFAIL


def test_other_classes_and_operations_are_asked_elsewhere() -> None:
    assert question(dns.message.make_query("version.bind", "TXT", "CH").to_wire()) is None


def test_rubbish_is_answered_as_such_and_an_answer_not_at_all() -> None:
    with pytest.raises(Unreadable) as caught:
        question(b"\x12\x34\x01\x00" + b"\xff" * 20)
    assert caught.value.answer is not None
    told = dns.message.from_wire(caught.value.answer)
    assert (told.id, told.rcode()) == (0x1234, dns.rcode.FORMERR)
    response = dns.message.make_response(dns.message.make_query("a.b", "A")).to_wire()
    for wire in (b"\x12", response):
        with pytest.raises(Unreadable) as caught:
            question(wire)
        assert caught.value.answer is None
