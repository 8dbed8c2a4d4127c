"""A program for containers that stands where Fluent Bit would: a log router of the tests' own.

It reads the configuration that FireLens made, listens where its inputs say, decodes the Forward
protocol (MessagePack), adds the fields its filters say, and prints each record as a line of JSON
with the output that it would go to.
"""

from __future__ import annotations

import json
import os
import re
import socket
import struct
import sys
import threading
from fnmatch import fnmatch
from typing import Any, BinaryIO

CONFIG = "/fluent-bit/etc/fluent-bit.conf"
Section = tuple[str, list[tuple[str, str]]]


def sections(path: str) -> list[Section]:
    """The sections of a configuration, those of included files in their place."""
    found: list[Section] = []
    with open(path, encoding="utf-8") as file:
        for line in file.read().splitlines():
            words = line.split(None, 1)
            if line.startswith("@INCLUDE"):
                found += sections(words[1])
            elif line.startswith("["):
                found.append((line.strip("[]"), []))
            elif words:
                value = re.sub(r"\$\{(\w+)\}", lambda name: os.environ[name[1]], words[1])
                found[-1][1].append((words[0].lower(), value))
    return found


def unpack(stream: BinaryIO) -> Any:
    """The next MessagePack value of a stream."""
    (kind,) = _exactly(stream, 1)
    if kind < 0x80:
        return kind
    if kind < 0x90:
        return _map(stream, kind & 0x0F)
    if kind < 0xA0:
        return [unpack(stream) for _ in range(kind & 0x0F)]
    if kind < 0xC0:
        return _exactly(stream, kind & 0x1F).decode()
    if kind >= 0xE0:
        return kind - 0x100
    plain = {0xC0: None, 0xC2: False, 0xC3: True}
    if kind in plain:
        return plain[kind]
    numbers = {0xCC: "B", 0xCD: "H", 0xCE: "I", 0xCF: "Q", 0xD0: "b", 0xD1: "h", 0xD2: "i"}
    if kind in numbers:
        return _number(stream, numbers[kind])
    if kind == 0xD7:  # the event time of eight bytes
        return struct.unpack(">bII", _exactly(stream, 9))[1]
    if kind in (0xC4, 0xD9):
        return _exactly(stream, _number(stream, "B")).decode(errors="replace")
    if kind in (0xC5, 0xDA):
        return _exactly(stream, _number(stream, "H")).decode(errors="replace")
    if kind == 0xDC:
        return [unpack(stream) for _ in range(_number(stream, "H"))]
    if kind == 0xDE:
        return _map(stream, _number(stream, "H"))
    raise ValueError(f"a MessagePack type that nobody sends here: {kind:#x}")


def _map(stream: BinaryIO, length: int) -> dict[Any, Any]:
    return {unpack(stream): unpack(stream) for _ in range(length)}


def _number(stream: BinaryIO, form: str) -> int:
    (number,) = struct.unpack(f">{form}", _exactly(stream, struct.calcsize(form)))
    return int(number)


def _exactly(stream: BinaryIO, count: int) -> bytes:
    read = stream.read(count)
    if len(read) < count:
        raise EOFError
    return read


class Router:
    """Routes what comes in as the configuration says."""

    def __init__(self, path: str) -> None:
        self._sections = sections(path)

    def run(self) -> None:
        """Listen at every input of the Forward protocol, for ever."""
        for kind, entries in self._sections:
            told = dict(entries)
            if kind == "INPUT" and told["name"] == "forward":
                server = socket.socket(socket.AF_UNIX if "unix_path" in told else socket.AF_INET)
                if "unix_path" in told:
                    server.bind(told["unix_path"])
                else:
                    server.bind((told["listen"], int(told["port"])))
                server.listen()
                threading.Thread(target=self._accept, args=(server,), daemon=True).start()
        print("listening", flush=True)
        threading.Event().wait()

    def _accept(self, server: socket.socket) -> None:
        while True:
            connection, _ = server.accept()
            threading.Thread(target=self._read, args=(connection,), daemon=True).start()

    def _read(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            while True:
                try:
                    tag, _, record, *_ = unpack(stream)
                except EOFError:
                    return
                self._route(tag, record)

    def _route(self, tag: str, record: dict[str, Any]) -> None:
        for kind, entries in self._sections:
            told = dict(entries)
            if kind == "INPUT" or not fnmatch(tag, told["match"]):
                continue
            if told["name"] == "grep":
                key, pattern = told.get("exclude", told.get("regex", "")).split(None, 1)
                if bool(re.search(pattern, str(record.get(key)))) is ("exclude" in told):
                    return
            elif told["name"] == "record_modifier":
                record |= dict(e[1].split(None, 1) for e in entries if e[0] == "record")
            elif kind == "OUTPUT":
                line = {"tag": tag, "output": told, "record": record}
                print(json.dumps(line), flush=True)
                return


if __name__ == "__main__":
    Router(sys.argv[1] if len(sys.argv) > 1 else CONFIG).run()
