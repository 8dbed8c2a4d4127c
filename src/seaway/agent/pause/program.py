"""The pause program: a static ELF executable that sleeps, written byte by byte.

It is small enough to need neither a compiler nor a download on the machine it runs on.
"""

from __future__ import annotations

import struct

_BASE = 0x400000
_HEADERS = 64 + 56

_X86_64 = bytes.fromhex(
    "b822000000"  # start: mov eax, 34 (pause)
    "0f05"  #        syscall
    "ebf7"  #        jmp start
)

_AARCH64 = struct.pack(
    "<8I",
    0xD2800000,  # start: mov x0, 0
    0xD2800001,  #        mov x1, 0
    0xD2800002,  #        mov x2, 0
    0xD2800003,  #        mov x3, 0
    0xD2800004,  #        mov x4, 0
    0xD2800928,  #        mov x8, 73 (ppoll: this architecture has no pause)
    0xD4000001,  #        svc 0
    0x17FFFFF9,  #        b start
)

_MACHINES = {"amd64": (62, _X86_64), "arm64": (183, _AARCH64)}


def program(architecture: str) -> bytes:
    """The executable for an architecture in Docker's words (amd64, arm64).

    Raises ValueError for an architecture it was not written for.
    """
    if architecture not in _MACHINES:
        raise ValueError(f"there is no pause program for the architecture {architecture}")
    machine, code = _MACHINES[architecture]
    size = _HEADERS + len(code)
    identity = b"\x7fELF\x02\x01\x01" + bytes(9)
    header = identity + struct.pack(
        "<HHIQQQIHHHHHH", 2, machine, 1, _BASE + _HEADERS, 64, 0, 0, 64, 56, 1, 64, 0, 0
    )
    loaded = struct.pack("<IIQQQQQQ", 1, 5, 0, _BASE, _BASE, size, size, 0x1000)
    return header + loaded + code
