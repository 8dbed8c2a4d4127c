"""The border to DNS's wire form: questions read, replies rendered. Knows no socket.

RFC 1035; EDNS as in RFC 6891; what does not fit is truncated so that the asker comes by TCP.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from seaway.core.zone import Record, Reply

PAYLOAD = 1232
"""Bytes we take and give over UDP (the size that needs no fragments)."""

PLAIN_PAYLOAD = 512
"""Bytes an asker without EDNS takes."""

TCP_PAYLOAD = 65535

KINDS = ("A", "AAAA", "SRV", "CNAME", "ANY", "SOA")

_SOA = "ns.seaway.internal. hostmaster.seaway.internal. 1 7200 900 1209600 86400"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the name in lower case without last dot, and the record type."""

    name: str
    kind: str
    message: dns.message.Message


class Unreadable(Exception):
    """No DNS message, or none with exactly one question. ``answer`` says so, if anything can."""

    def __init__(self, answer: bytes | None) -> None:
        super().__init__("not a DNS question")
        self.answer = answer


def question(wire: bytes) -> Question | None:
    """The question of a query of the Internet class; None = ask elsewhere, as it stands.

    Raises Unreadable.
    """
    try:
        message = dns.message.from_wire(wire)
    except (dns.exception.DNSException, ValueError) as error:
        raise Unreadable(_malformed(wire)) from error
    if message.flags & dns.flags.QR:
        raise Unreadable(None)
    if message.opcode() is not dns.opcode.QUERY or len(message.question) != 1:
        return None
    asked = message.question[0]
    if asked.rdclass is not dns.rdataclass.IN:
        return None
    name = asked.name.to_text(omit_final_dot=True).lower()
    return Question(name, dns.rdatatype.to_text(asked.rdtype), message)


def _malformed(wire: bytes) -> bytes | None:
    """FORMERR to whoever sent at least a header that is no answer itself."""
    if len(wire) < 12 or wire[2] & 0x80:
        return None
    return wire[:2] + bytes((0x80 | (wire[2] & 0x79), 0x81)) + bytes(8)


def render(asked: Question, reply: Reply, rest: bytes | None, *, tcp: bool) -> bytes:
    """A reply's wire form; ``rest`` is what was answered elsewhere to ``reply.follow``."""
    answer = dns.message.make_response(asked.message, recursion_available=True, our_payload=PAYLOAD)
    answer.answer.extend(_records(reply.records))
    if reply.follow is not None:
        _add_rest(answer, reply, asked, rest)
    if reply.missing:
        answer.set_rcode(dns.rcode.NXDOMAIN)
    if reply.soa is not None:
        zone, ttl = reply.soa
        soa = dns.rrset.from_rdata(_name(zone), ttl, _data("SOA", _SOA))
        # At the zone's own name a question for the SOA record has an answer.
        own = asked.kind in ("SOA", "ANY") and asked.name == zone
        (answer.answer if own else answer.authority).append(soa)
    return answer.to_wire(max_size=_room(asked.message, tcp), prefer_truncation=True)


def failure(asked: Question, *, tcp: bool) -> bytes:
    """SERVFAIL: nobody who was asked has answered."""
    answer = dns.message.make_response(asked.message, recursion_available=True, our_payload=PAYLOAD)
    answer.set_rcode(dns.rcode.SERVFAIL)
    return answer.to_wire(max_size=_room(asked.message, tcp), prefer_truncation=True)


def following(asked: Question, name: str, number: int) -> bytes:
    """A question for another name of the same type, to be asked elsewhere."""
    query = dns.message.make_query(f"{name}.", asked.kind, use_edns=0, payload=PAYLOAD)
    query.id = number
    return query.to_wire()


def truncated(wire: bytes) -> bool:
    """Whether an answer says that there is more of it over TCP."""
    return len(wire) > 2 and bool(wire[2] & 0x02)


def _room(query: dns.message.Message, tcp: bool) -> int:
    if tcp:
        return TCP_PAYLOAD
    if query.edns < 0:
        return PLAIN_PAYLOAD
    return max(PLAIN_PAYLOAD, min(query.payload, PAYLOAD))


def _records(records: Iterable[Record]) -> Iterator[dns.rrset.RRset]:
    """Records of one name and type stand together."""
    for (name, kind, ttl), group in groupby(records, key=lambda one: (one.name, one.type, one.ttl)):
        found = [_data(kind, one.value) for one in group]
        yield dns.rrset.from_rdata_list(_name(name), ttl, found)


# Reading a record's text costs more than all else; what is asked for is asked for again.
@lru_cache(maxsize=8192)
def _data(kind: str, value: str) -> dns.rdata.Rdata:
    text = f"{value}." if kind in ("CNAME", "SRV") else value
    return dns.rdata.from_text("IN", kind, text)


@lru_cache(maxsize=8192)
def _name(name: str) -> dns.name.Name:
    return dns.name.from_text(f"{name}.")


def _add_rest(
    answer: dns.message.Message, reply: Reply, asked: Question, rest: bytes | None
) -> None:
    """Take over what another server knows of the name we lead to."""
    if rest is None:
        answer.set_rcode(dns.rcode.SERVFAIL)
        return
    try:
        found = dns.message.from_wire(rest)
    except (dns.exception.DNSException, ValueError):
        answer.set_rcode(dns.rcode.SERVFAIL)
        return
    answer.set_rcode(found.rcode())
    kind = dns.rdatatype.from_text(asked.kind)
    for rrset in found.answer:
        if reply.instead is None:
            answer.answer.append(rrset)
        elif rrset.rdtype == kind:
            renamed = dns.rrset.from_rdata_list(f"{reply.instead}.", rrset.ttl, list(rrset))
            answer.answer.append(renamed)
