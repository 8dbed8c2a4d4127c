"""How the machine's own programs call Service Connect's names: one rule for all of them."""

from __future__ import annotations

import asyncio
import json
import logging

from seaway import processes
from seaway.agent.nft import NoSuchRule, NotInstalled, listed, nft
from seaway.agent.rules import OUTSIDE_TABLE, outside
from seaway.core.mesh.connect import OUTSIDE
from seaway.link.messages import PlanProblem

_SILENCE = 2.0
"""Seconds; in place of a proxy that was killed there is another within one."""
_LOOK = 0.25
_log = logging.getLogger(__name__)


async def lead_calls(
    installation: str, wanted: bool, machine: str | None = None
) -> tuple[PlanProblem, ...]:
    """Have the machine's rule, or have it no longer; what stood in the way.

    A machine has the outside addresses once, so they belong to one installation at a time: to the
    first, until it gives them up or its proxy no longer runs. ``machine`` is the path of its
    network namespace, None for our own.
    """
    try:
        owner = await _owner(machine)
        if wanted and owner not in (None, installation) and await _is_dead(str(owner)):
            _log.warning("installation %s no longer serves %s: taken over", owner, OUTSIDE)
            await stop_calls(str(owner), machine)
            owner = None
        if wanted and owner is None:
            await nft(outside(installation), machine)
        elif not wanted and owner == installation:
            await stop_calls(installation, machine)
    except OSError as error:
        message = f"The machine's own programs cannot call names at {OUTSIDE}: {error}."
        return (PlanProblem(subject=OUTSIDE, message=message),) if wanted else ()
    if wanted and owner not in (None, installation):
        return (PlanProblem(subject=OUTSIDE, message=_taken(str(owner))),)
    return ()


async def stop_calls(installation: str, machine: str | None = None) -> None:
    """Take the machine's rule away, if it is this installation's. Raises OSError."""
    try:
        is_ours = await _owner(machine) == installation
    except NotInstalled:
        return  # then there can be no rule
    if is_ours:
        await nft(f"delete table ip {OUTSIDE_TABLE}\n", machine)


async def _owner(machine: str | None) -> str | None:
    """Whose the rule is, if there is one. Raises OSError."""
    try:
        told = await listed("table", "ip", OUTSIDE_TABLE, sandbox=machine)
    except NoSuchRule:
        return None
    rules = [entry["rule"] for entry in json.loads(told)["nftables"] if "rule" in entry]
    return str(next((rule["comment"] for rule in rules if "comment" in rule), ""))


async def _is_dead(installation: str) -> bool:
    """Whether it has no proxy to lead calls to, nor gets a new one: its Seaway was killed too."""
    for _ in range(round(_SILENCE / _LOOK)):
        if await asyncio.to_thread(processes.running, installation):
            return False
        await asyncio.sleep(_LOOK)
    return True


def _taken(owner: str) -> str:
    return (
        f"The addresses {OUTSIDE} serve another Seaway on this machine (installation {owner}): "
        f"this one's names can't be called by the machine's own programs until that one is taken "
        f"down (or `nft delete table ip {OUTSIDE_TABLE}`)."
    )
