"""What Docker Engine answers, in our words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from seaway.agent.engine import Details, Event, Inspection, NetworkFacts
from seaway.core.task import Health


def details_of(found: dict[str, Any]) -> Details:
    """What the metadata shows of a container."""
    state = found["State"]
    started, finished = state["StartedAt"], state["FinishedAt"]
    ended = state["Status"] in ("exited", "dead")
    mounts = [
        (mount.get("Name", ""), mount.get("Source", ""), mount["Destination"])
        for mount in found.get("Mounts") or ()
    ]
    return Details(
        id=found["Id"],
        name=found["Name"].lstrip("/"),
        image_id=found["Image"],
        created_at=found["Created"],
        started_at=started if time_of(started) is not None else None,
        finished_at=finished if ended else None,
        process=state["Pid"],
        labels=found["Config"]["Labels"] or {},
        mounts=tuple(mounts),
        health=_last_check(state.get("Health")),
    )


def _last_check(health: dict[str, Any] | None) -> dict[str, Any] | None:
    """In the ECS agent's words (task metadata: Health)."""
    if not health or health["Status"] == "none":
        return None
    log = health.get("Log") or []
    word = {"healthy": "HEALTHY", "unhealthy": "UNHEALTHY"}.get(health["Status"], "UNKNOWN")
    shape: dict[str, Any] = {"status": word}
    if log:
        same = [entry["ExitCode"] == log[-1]["ExitCode"] for entry in log]
        since = len(log) - next(
            (n for n, it_is in enumerate(reversed(same)) if not it_is), len(log)
        )
        shape["statusSince"] = log[since]["End"]
        shape["exitCode"] = log[-1]["ExitCode"]
        shape["output"] = log[-1]["Output"]
    return shape


def inspection_of(found: dict[str, Any]) -> Inspection:
    """A container's state."""
    state = found["State"]
    started, finished = time_of(state["StartedAt"]), time_of(state["FinishedAt"])
    ended = state["Status"] in ("exited", "dead")
    return Inspection(
        id=found["Id"],
        running=state["Running"],
        has_started=started is not None,
        exit_code=state["ExitCode"] if ended else None,
        out_of_memory=state["OOMKilled"],
        started_at=started,
        finished_at=finished if ended else None,
        health=_health(state.get("Health", {}).get("Status", "")),
        sandbox=found["NetworkSettings"].get("SandboxKey", ""),
        labels=found["Config"]["Labels"] or {},
    )


def _health(status: str) -> Health:
    return {"healthy": Health.HEALTHY, "unhealthy": Health.UNHEALTHY}.get(status, Health.UNKNOWN)


def event_of(told: dict[str, Any]) -> Event | None:
    """What happened, if it is about a container."""
    action, _, detail = str(told.get("Action", "")).partition(": ")
    if "Actor" not in told:
        return None
    return Event(
        container=told["Actor"]["ID"],
        action=action,
        at=told["timeNano"],
        labels=told["Actor"]["Attributes"],
        health=_health(detail) if action == "health_status" else None,
    )


def network_of(entry: dict[str, Any]) -> NetworkFacts:
    """A bridge network as it is listed."""
    ranges = entry["IPAM"].get("Config") or [{}]
    options = entry.get("Options") or {}
    return NetworkFacts(
        id=entry["Id"],
        name=entry["Name"],
        cidr=ranges[0].get("Subnet", ""),
        interface=options.get("com.docker.network.bridge.name") or f"br-{entry['Id'][:12]}",
        labels=entry.get("Labels") or {},
    )


def time_of(text: str) -> float | None:
    """Epoch seconds of the engine's time, None for its zero time."""
    if text.startswith("0001-"):
        return None
    return nanoseconds(text) / 1_000_000_000


def nanoseconds(text: str) -> int:
    """The engine's time (RFC 3339) as epoch nanoseconds."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    zone = ""
    for sign in "+-":
        fraction, found, offset = fraction.partition(sign)
        zone = zone or (found + offset if found else "")
    at = datetime.fromisoformat(whole + (zone or "+00:00"))
    return int(at.timestamp()) * 1_000_000_000 + int((fraction or "0").ljust(9, "0"))
