"""nftables, as a program that is given a script. The only file that starts it."""

from __future__ import annotations

import asyncio
import errno
import subprocess

from seaway.agent.namespaces import is_there


class NoSuchRule(OSError):
    """The table, chain or set that was named is not there."""


class NotInstalled(OSError):
    """The machine has no nftables."""


async def nft(rules: str, sandbox: str | None = None) -> None:
    """Apply a script of rules as one transaction, in a namespace or the machine's own.

    Raises OSError with nftables' words; FileNotFoundError when the namespace is gone.
    """
    await _run(sandbox, "--file", "-", text=rules)


async def listed(kind: str, *name: str, sandbox: str | None = None) -> str:
    """What is there of a table or set, as JSON. Raises as `nft`, and NoSuchRule."""
    return await _run(sandbox, "--json", "list", kind, *name)


async def _run(sandbox: str | None, *words: str, text: str = "") -> str:
    # In a thread: whoever is cancelled meanwhile leaves no half-talked-to process behind.
    prefix = ("nsenter", f"--net={sandbox}") if sandbox else ()
    try:
        ended = await asyncio.to_thread(
            subprocess.run,
            (*prefix, "nft", *words),
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise NotInstalled(f"the program {error.filename} is not installed") from error
    if ended.returncode == 0:
        return ended.stdout
    if sandbox and not is_there(sandbox):
        raise FileNotFoundError(errno.ENOENT, "the namespace is gone", sandbox)
    problem = ended.stderr.strip() or f"exit code {ended.returncode}"
    if words[-1] != "-" and "No such file or directory" in problem and "nsenter" not in problem:
        raise NoSuchRule(problem)
    raise OSError(problem)
