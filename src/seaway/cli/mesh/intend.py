"""`seaway mesh allow` and `deny`: who may call whom, as tags on the called service."""

from __future__ import annotations

from pathlib import Path

import click

from seaway.cli.mesh.resources import Resource, Resources, mesh_options
from seaway.core.mesh.policy import complaint
from seaway.core.mesh.policy_tags import PREFIX

_OTHER = {"allow": "deny", "deny": "allow"}


@click.command("allow")
@click.argument("callers", nargs=-1, required=True)
@click.argument("target")
@mesh_options
def allow_command(
    callers: tuple[str, ...], target: str, cluster: str | None, data_dir: Path | None
) -> None:
    """Let CALLERS call TARGET: a service, cluster:pets or namespace:pets.local.

    A caller is a service (web, or shop/web of another cluster), family:jobs, cluster:shop or
    machine. Everybody else is let in or not by TARGET's intentions.
    """
    resources = Resources(data_dir, cluster)
    resource = resources.target(target)
    _say("allow", callers, resource, resources)
    if dict(resource.tags).get(f"{PREFIX}intentions") != "deny":
        click.echo(
            "Everybody else may call it too, unless somebody says otherwise: "
            f"seaway mesh set {target} intentions=deny"
        )


@click.command("deny")
@click.argument("callers", nargs=-1, required=True)
@click.argument("target")
@mesh_options
def deny_command(
    callers: tuple[str, ...], target: str, cluster: str | None, data_dir: Path | None
) -> None:
    """Refuse CALLERS' calls to TARGET: 403 over HTTP, closed at once over TCP."""
    resources = Resources(data_dir, cluster)
    _say("deny", callers, resources.target(target), resources)


def _say(kind: str, callers: tuple[str, ...], resource: Resource, resources: Resources) -> None:
    """Put callers on one list and take them off the other."""
    said = dict(resource.tags)
    listed = _listed(said, kind)
    listed += [caller for caller in callers if caller not in listed]
    rest = [word for word in _listed(said, _OTHER[kind]) if word not in callers]
    text = " ".join(listed)
    why = complaint(kind, " ".join(callers))
    if why is not None:
        raise click.ClickException(why)
    if len(text) > 256:
        raise click.ClickException(
            f"The list is longer than a tag may be (256 characters): say the rest as {kind}.2."
        )
    resources.tag(resource, {PREFIX + kind: text})
    other = PREFIX + _OTHER[kind]
    if other in said and not rest:
        resources.untag(resource, [other])
    elif other in said and rest != _listed(said, _OTHER[kind]):
        resources.tag(resource, {other: " ".join(rest)})
    click.echo(f"{resource.scope} {resource.name}: {kind}={text}")


def _listed(said: dict[str, str], kind: str) -> list[str]:
    return said.get(PREFIX + kind, "").replace("+", " ").split()
