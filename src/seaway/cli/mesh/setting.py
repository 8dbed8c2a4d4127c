"""`seaway mesh set` and `unset`: settings as tags, put on and taken off through the AWS APIs."""

from __future__ import annotations

from pathlib import Path

import click

from seaway.cli.mesh.resources import Resource, Resources, mesh_options
from seaway.core.mesh.policy import complaint
from seaway.core.mesh.policy_settings import SETTINGS
from seaway.core.mesh.policy_tags import PREFIX, Scope, toward

_EXAMPLES = {s.name: s.example for s in SETTINGS} | {
    "intentions": "deny",
    "allow": "web shop/web family:jobs machine",
    "deny": "web",
}
_ROUTE_EXAMPLE = "path:/v2 header:x-beta=yes to=cats-next timeout=2s"


def to_option(command: click.decorators.FC) -> click.decorators.FC:
    """--to."""
    return click.option(
        "--to",
        "called",
        metavar="NAME",
        help="TARGET is the caller: only for its calls to this discovery name.",
    )(command)


@click.command("set")
@click.argument("target")
@click.argument("settings", nargs=-1, required=True, metavar="NAME=VALUE...")
@to_option
@mesh_options
def set_command(
    target: str,
    settings: tuple[str, ...],
    called: str | None,
    cluster: str | None,
    data_dir: Path | None,
) -> None:
    """Say what holds for calls to TARGET; in force at once.

    TARGET is a service (cats, or pets/cats with its cluster), cluster:pets or
    namespace:pets.local. With --to it is the calling service:
    seaway mesh set web timeout=1s --to cats.
    """
    scope = Scope.CALLER if called else _scope(target)
    said = dict(_pair(word, scope) for word in settings)
    resources = Resources(data_dir, cluster)
    resource = _resource(resources, target, called)
    resources.tag(resource, {_key(name, called): text for name, text in said.items()})
    for name, text in said.items():
        click.echo(f"{_whose(resource, called)}: {name}={text}")


@click.command("unset")
@click.argument("target")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@to_option
@mesh_options
def unset_command(
    target: str,
    names: tuple[str, ...],
    called: str | None,
    cluster: str | None,
    data_dir: Path | None,
) -> None:
    """Take back what was set on TARGET: what is said farther off holds again."""
    resources = Resources(data_dir, cluster)
    resource = _resource(resources, target, called)
    there = {key for key, _ in resource.tags}
    missing = [name for name in names if _key(name, called) not in there]
    if missing:
        raise click.ClickException(
            f"{_whose(resource, called)} does not say {' or '.join(missing)}."
        )
    resources.untag(resource, [_key(name, called) for name in names])
    for name in names:
        click.echo(f"{_whose(resource, called)}: no {name}")


def _pair(word: str, scope: Scope) -> tuple[str, str]:
    name, equals, text = word.partition("=")
    if not equals:
        raise click.UsageError(f"{word} is no NAME=VALUE, such as {_example('timeout')}.")
    why = complaint(name, text, scope)
    if why is not None:
        hint = f" For example: {_example(name)}" if _known(name) else ""
        raise click.ClickException(f"{name}: {why}{hint}")
    if len(text) > 256:
        raise click.ClickException(f"{name}: a tag's value has at most 256 characters.")
    return name, text


def _known(name: str) -> bool:
    return name in _EXAMPLES or name.startswith("route.")


def _example(name: str) -> str:
    text = _EXAMPLES.get(name, _ROUTE_EXAMPLE)
    return f'{name}="{text}"' if " " in text else f"{name}={text}"


def _scope(target: str) -> Scope:
    kind = target.partition(":")[0] if ":" in target else "service"
    return Scope(kind) if kind in (Scope.CLUSTER, Scope.NAMESPACE) else Scope.SERVICE


def _resource(resources: Resources, target: str, called: str | None) -> Resource:
    resource = resources.target(target)
    if called and resource.scope is not Scope.SERVICE:
        raise click.UsageError(f"--to wants a calling service, and {target} is none.")
    return resource


def _key(name: str, called: str | None) -> str:
    return toward(called, name) if called else PREFIX + name


def _whose(resource: Resource, called: str | None) -> str:
    kind = f"{resource.scope} {resource.name}"
    return f"{kind}, to {called}" if called else kind
