"""Who may call whom: what the called service, its namespace and its cluster say of a caller.

Identities are services, not addresses: tasks come and go, who they belong to stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seaway.core.mesh.policy_tags import Layer, Scope, WrongWord, words

_ECS_NAME = "[A-Za-z0-9_-]{1,255}"
_WHO = re.compile(f"machine|gateway|cluster:{_ECS_NAME}|({_ECS_NAME}/)?(family:)?{_ECS_NAME}")
MACHINE = "machine"
GATEWAY = "gateway"
"""Whoever calls by the gateway's port (core/mesh/gateway.py)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who calls: an ECS service, a family of tasks that were run, or the machine's programs.

    ``name`` is the service's name, the group of tasks that RunTask started ("family:jobs"), or
    "machine"; ``cluster`` is empty for the last.
    """

    cluster: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a caller may call, and who said so in which words."""

    allowed: bool
    source: str
    rule: str


UNSAID = Verdict(allowed=True, source="AWS's default", rule="intentions=allow")


def is_intention(name: str) -> bool:
    """Whether a setting is about who may call: intentions, allow, deny, allow.2, …"""
    return name == "intentions" or name.partition(".")[0] in ("allow", "deny")


def check_intention(name: str, text: str) -> None:
    """Raises WrongWord when some of the text has no meaning."""
    if name == "intentions":
        if text not in ("allow", "deny"):
            raise WrongWord(f'"{text}" is neither allow nor deny.')
        return
    for word in words(text):
        if not _WHO.fullmatch(word):
            raise WrongWord(
                f'"{word}" is nobody: a service of the same cluster (web), of another one '
                "(shop/web), a family of tasks (family:jobs), cluster:shop, machine or gateway."
            )


def may_call(caller: Identity, layers: Sequence[Layer]) -> Verdict:
    """Whether the caller may call what these layers speak for, the farthest layer first.

    The nearest layer that has a word on the caller decides; in one layer deny comes before
    allow, and both before its ``intentions``. Nothing said = allowed. A caller's own layer has no
    say, and of a list only the words that can't be understood are left out.
    """
    for layer in reversed(layers):
        if layer.scope is Scope.CALLER:
            continue
        said = [(name, text) for name, text in layer.settings() if is_intention(name)]
        for kind in ("deny", "allow"):
            for name, word in _named(said, kind):
                if _means(word, caller, layer.cluster):
                    return _verdict(kind == "allow", layer, f"{name}={word}")
        default = dict(said).get("intentions")
        if default in ("allow", "deny"):
            return _verdict(default == "allow", layer, f"intentions={default}")
    return UNSAID


def _named(said: list[tuple[str, str]], kind: str) -> Iterator[tuple[str, str]]:
    for name, text in said:
        if name.partition(".")[0] == kind:
            yield from ((name, word) for word in text.replace("+", " ").split())


def _means(word: str, caller: Identity, cluster: str) -> bool:
    if word in (MACHINE, GATEWAY):
        return caller.name == word and not caller.cluster
    if word.startswith("cluster:"):
        return caller.cluster == word.removeprefix("cluster:")
    where, slash, name = word.rpartition("/")
    return caller.name == name and caller.cluster == (where if slash else cluster)


def _verdict(allowed: bool, layer: Layer, rule: str) -> Verdict:
    return Verdict(allowed=allowed, source=layer.source, rule=rule)
