"""How calls to Service Connect's names get into the host proxy where there is no nftables."""

from __future__ import annotations

import asyncio

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
    if await _iptables(sandbox, "--check", *_RULE) == "":
        return
    problem = await _iptables(sandbox, "--append", *_RULE)
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
