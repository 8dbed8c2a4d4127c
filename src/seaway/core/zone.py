"""What a name server answers: zones, the records in them, and which of them one asker gets."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

MACHINE = "machine"
"""The scope of names that only programs of the machine itself may ask for."""

SOA_TTL = 15
"""Seconds, of a hosted zone whose creator said nothing (Cloud Map: CreatePrivateDnsNamespace)."""

MOST_VALUES = 8
"""Values in a multivalue answer (Route 53: multivalue answer routing)."""

LONGEST_CHAIN = 8
"""CNAME records followed before giving up."""

Chance = Callable[[int], bytes]
"""Gives that many bytes of chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSet:
    """The records of one type under one name; ``ttl`` is seconds.

    ``values`` are (value, whether it is healthy) pairs: an address, a name without the last dot,
    or for SRV ``priority weight port name``. ``weighted`` gives one of them, else up to eight.
    Type ALIAS stands for the addresses of another name.
    """

    name: str
    type: str
    ttl: int
    values: tuple[tuple[str, bool], ...]
    weighted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A name and all below it that we answer for, and who may ask.

    ``scope`` is the id of a VPC, MACHINE, or None for everybody. ``ttl`` is the SOA record's,
    which is how many seconds a "there is no such name" is believed.
    """

    name: str
    scope: str | None = None
    ttl: int = SOA_TTL
    sets: tuple[RecordSet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolver:
    """An address at which the tasks of these VPCs (by id) ask."""

    address: str
    vpcs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedResolver:
    """A resolver that a machine's name server answers at now; the machine's own observation."""

    key: str
    """``<host>/<address>``."""
    host: str
    address: str


def resolver_address(cidr: str) -> str:
    """Where the tasks of a VPC ask: the range's first address plus two, as on AWS."""
    return str(ipaddress.ip_network(cidr)[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """All that a name server needs to know."""

    zones: tuple[Zone, ...] = ()
    resolvers: tuple[Resolver, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One record of an answer."""

    name: str
    type: str
    ttl: int
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is answered. ``missing`` = no such name; ``soa`` = (zone, TTL) when there is nothing.

    ``follow`` is a name that is not ours, whose records complete the answer; they are given under
    the name ``instead`` when that is set (an alias does not show where it leads).
    """

    records: tuple[Record, ...] = ()
    missing: bool = False
    soa: tuple[str, int] | None = None
    follow: str | None = None
    instead: str | None = None


class View:
    """The zones as one kind of asker sees them: the tasks of some VPCs, or the machine itself.

    A private zone hides a public one of the same name wholly, as Route 53 has it; the machine's
    own programs see every zone, those of the same name as one.
    """

    def __init__(self, zones: Iterable[Zone], vpcs: Iterable[str] | None) -> None:
        """``vpcs`` are the asker's (by id); None = the machine itself."""
        wanted = None if vpcs is None else set(vpcs)
        private = [
            z for z in zones if z.scope is not None and (wanted is None or z.scope in wanted)
        ]
        hidden = {zone.name for zone in private}
        public = [z for z in zones if z.scope is None and z.name not in hidden]
        self._ttls: dict[str, int] = {}
        self._names: dict[str, dict[str, RecordSet]] = {}
        for zone in (*private, *public):
            self._ttls.setdefault(zone.name, zone.ttl)
            self._add(zone)

    def _add(self, zone: Zone) -> None:
        for record_set in zone.sets:
            self._names.setdefault(record_set.name, {}).setdefault(record_set.type, record_set)
            # A name exists when one below it does (RFC 8020).
            above = record_set.name
            while above != zone.name and "." in above:
                above = above.partition(".")[2]
                self._names.setdefault(above, {})

    def zone_of(self, name: str) -> str | None:
        """The zone with the longest name that this one is in; None = not ours."""
        rest = name
        while rest:
            if rest in self._ttls:
                return rest
            rest = rest.partition(".")[2]
        return None

    def answer(
        self, name: str, kind: str, chance: Chance, left: int = LONGEST_CHAIN
    ) -> Reply | None:
        """The reply to a question (``name`` in lower case, no last dot); None = ask elsewhere.

        ``kind`` is the record type asked for, or ANY; ``left`` is how many names more may be
        followed.
        """
        records: list[Record] = []
        while left > 0:
            left -= 1
            zone = self.zone_of(name)
            if zone is None:
                return Reply(records=tuple(records), follow=name) if records else None
            held = self._names.get(name)
            if held is None and name != zone:
                soa = (zone, self._ttls[zone])
                return Reply(records=tuple(records), missing=True, soa=soa)
            found = _found(held or {}, kind)
            records += [record for record_set in found for record in picked(record_set, chance)]
            if found and kind not in ("CNAME", "ANY") and found[0].type == "CNAME":
                name = records[-1].value
                continue
            if not found and kind in ("A", "AAAA") and held and "ALIAS" in held:
                return self._alias(held["ALIAS"], kind, tuple(records), chance, left)
            soa_of = (zone, self._ttls[zone]) if not found else None
            return Reply(records=tuple(records), soa=soa_of)
        return Reply(records=tuple(records))

    def _alias(
        self, alias: RecordSet, kind: str, before: tuple[Record, ...], chance: Chance, left: int
    ) -> Reply:
        (chosen,) = picked(alias, chance)
        target = chosen.value
        reply = self.answer(target, kind, chance, left)
        if reply is None or reply.follow:
            return Reply(records=before, follow=target, instead=alias.name)
        own = tuple(
            Record(alias.name, record.type, record.ttl, record.value)
            for record in reply.records
            if record.type == kind
        )
        return Reply(records=before + own, soa=None if own else reply.soa)


def picked(record_set: RecordSet, chance: Chance) -> list[Record]:
    """What one asker gets of a set: healthy values, in an order of chance.

    Up to eight, or one when the set is weighted. Where none is healthy, all count as if they were
    (Cloud Map: DnsConfig, RoutingPolicy).
    """
    values = [value for value, healthy in record_set.values if healthy]
    values = values or [value for value, _ in record_set.values]
    dice = chance(4 * len(values))
    order = sorted(range(len(values)), key=lambda at: (dice[4 * at : 4 * at + 4], at))
    most = 1 if record_set.weighted else MOST_VALUES
    return [
        Record(record_set.name, record_set.type, record_set.ttl, values[at]) for at in order[:most]
    ]


def _found(held: Mapping[str, RecordSet], kind: str) -> list[RecordSet]:
    if kind == "ANY":
        return [record_set for record_set in held.values() if record_set.type != "ALIAS"]
    found = held.get(kind) or held.get("CNAME")
    return [] if found is None else [found]
