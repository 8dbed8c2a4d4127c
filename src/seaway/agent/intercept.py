"""How calls to names and to the link-local address get to us where there is no nftables."""

from __future__ import annotations

import asyncio

from seaway.agent.inside.address import ADDRESS, LED
from seaway.core.mesh.connect import INTERCEPTED, INTERCEPTOR_PORT

_RULE = (
    *("OUTPUT", "--protocol", "tcp", "--destination", INTERCEPTED),
    *("--jump", "DNAT", "--to-destination", f":{INTERCEPTOR_PORT}"),
)


class CannotIntercept(OSError):
    """The namespace's rules could not be set; the message is iptables' own."""


async def intercept(sandbox: str) -> None:
    """Lead the namespace's TCP to the virtual range to the proxy's port; twice does no harm.

    The address stays, only the port changes: the proxy can't listen on an alias's own port,
    since a container that serves the same port on all addresses would find it taken. AWS does
    the same with a REDIRECT (ECS guide: Service Connect proxy). Raises CannotIntercept.
    """
    await _have(sandbox, _RULE)


async def intercept_inside(sandbox: str) -> None:
    """Lead what is asked at the link-local address to where we listen there.

    Raises CannotIntercept.
    """
    for called, listening in LED:
        await _have(
            sandbox,
            (
                *("OUTPUT", "--protocol", "tcp", "--destination", ADDRESS),
                *("--dport", str(called), "--jump", "DNAT"),
                *("--to-destination", f":{listening}"),
            ),
        )


async def _have(sandbox: str, rule: tuple[str, ...]) -> None:
    if await _iptables(sandbox, "--check", *rule) == "":
        return
    problem = await _iptables(sandbox, "--append", *rule)
    if problem:
        raise CannotIntercept(problem)


async def _iptables(sandbox: str, *words: str) -> str:
    """What iptables complained of; nothing when it did as it was told."""
    try:
        process = await asyncio.create_subprocess_exec(
            *("nsenter", f"--net={sandbox}", "iptables", "--wait", "--table", "nat"),
            *words,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except FileNotFoundError as error:
        return f"{error.filename} is not installed"
    _, complaint = await process.communicate()
    if process.returncode == 0:
        return ""
    return complaint.decode(errors="replace").strip() or f"exit code {process.returncode}"
