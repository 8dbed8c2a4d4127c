"""What a service's owner and its callers have settled on beyond AWS: retries, routes, limits.

Everything is said with tags, so that an unmodified AWS client can say it (ECS: TagResource on a
cluster or a service; Cloud Map: TagResource on a namespace). What is said nearer to a call wins,
setting by setting: AWS's default, then the called service's cluster, its namespace, its
serviceConnectConfiguration, its own tags, and last the calling service's own word for this one
target (``seaway:to.<discovery name>.…``). Who may call whom is in ``intentions.py``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches

from seaway.core.certificates import ROTATION_SETTING, rotation_complaint
from seaway.core.mesh.intentions import Identity, Verdict, check_intention, is_intention, may_call
from seaway.core.mesh.policy_nouns import NO_POLICY, Policy, PolicyRoute, Said, Turn
from seaway.core.mesh.policy_settings import SETTINGS, Setting, turns
from seaway.core.mesh.policy_tags import (
    OFF,
    Layer,
    Scope,
    WrongWord,
    conditions,
    layers_of,
)
from seaway.core.mesh.proxy import Fault

__all__ = [
    "DEFAULT",
    "NO_POLICY",
    "Identity",
    "Layer",
    "Policy",
    "PolicyRoute",
    "Said",
    "Scope",
    "Turn",
    "Verdict",
    "complaint",
    "layers_of",
    "may_call",
    "policy_of",
    "settings_in_force",
]

DEFAULT = "AWS's default"

_BY_NAME = {setting.name: setting for setting in SETTINGS}
_ROUTE = re.compile(r"route\.([A-Za-z0-9_-]{1,64})")
_OF_A_ROUTE = (
    "timeout",
    "retries",
    "retries.on",
    "retries.timeout",
    "fault.delay",
    "fault.abort",
    "rate",
)


def policy_of(layers: Sequence[Layer]) -> Policy:
    """The settings in force, the last layer's before the others'. Never raises."""
    said: dict[str, Said] = {}
    wrong: list[Said] = []
    for layer in layers:
        for name, text in layer.settings():
            why = complaint(name, text, layer.scope)
            word = Said(name=name, value=text, source=layer.source, why=why or "")
            if why is not None:
                wrong.append(word)
            elif not is_intention(name) and name != ROTATION_SETTING:
                said[name] = word
    if not said and not wrong:
        return NO_POLICY
    return _settled(said, tuple(wrong))


def complaint(name: str, text: str, scope: Scope = Scope.SERVICE) -> str | None:
    """What is wrong with a setting (its name without the prefix), as a sentence; None = nothing."""
    try:
        _check(name, text, scope)
    except WrongWord as wrong:
        return str(wrong)
    return None


def _check(name: str, text: str, scope: Scope) -> None:
    setting = _BY_NAME.get(name)
    wide = scope in (Scope.CLUSTER, Scope.NAMESPACE)
    if wide and (_ROUTE.fullmatch(name) or (setting is not None and setting.near_only)):
        raise WrongWord(f"{name} is for one service, not for a whole {scope}.")
    if setting is not None:
        setting.apply(NO_POLICY, text)
    elif _ROUTE.fullmatch(name):
        _route(name, text, NO_POLICY)
    elif name == ROTATION_SETTING:
        _check_rotation(text, scope)
    elif not is_intention(name):
        raise WrongWord(_unknown(name))
    elif scope is Scope.CALLER:
        raise WrongWord("Who may call is for the called service to say.")
    else:
        check_intention(name, text)


def _check_rotation(text: str, scope: Scope) -> None:
    """How often certificates are replaced: nothing about calls, and so in no policy."""
    if scope not in (Scope.CLUSTER, Scope.SERVICE):
        raise WrongWord(f"{ROTATION_SETTING} is for a service or a cluster, not for a {scope}.")
    why = rotation_complaint(text)
    if why is not None:
        raise WrongWord(why)


def _unknown(name: str) -> str:
    known = [*_BY_NAME, "intentions", "allow", "deny", "route.1", ROTATION_SETTING]
    near = get_close_matches(name, known, n=1)
    return f"There is no setting {name}" + (f"; did you mean {near[0]}?" if near else ".")


def settings_in_force(policy: Policy, *, http: bool = True) -> tuple[Said, ...]:
    """Every setting, said or not, and the routes: what holds and where it comes from.

    What does nothing for TCP is left out unless ``http``.
    """
    said = {word.name: word for word in policy.said}
    shown = [
        said.get(setting.name) or _unsaid(setting, http)
        for setting in SETTINGS
        if http or not setting.http_only
    ]
    routes = [word for word in policy.said if _ROUTE.fullmatch(word.name) and http]
    return (*shown, *routes)


def _unsaid(setting: Setting, http: bool) -> Said:
    value = setting.default if http else setting.tcp_default or setting.default
    return Said(name=setting.name, value=value, source=DEFAULT)


def _settled(said: dict[str, Said], wrong: tuple[Said, ...]) -> Policy:
    policy = NO_POLICY
    for setting in SETTINGS:
        if setting.name in said:
            policy = setting.apply(policy, said[setting.name].value)
    routes = [
        _route(name, said[name].value, policy)
        for name in sorted(said, key=_turn_of_a_route)
        if _ROUTE.fullmatch(name)
    ]
    fault = policy.fault if policy.fault != Fault() else None
    return replace(
        policy,
        fault=fault,
        routes=tuple(route for route in routes if route is not None),
        said=tuple(said[name] for name in sorted(said, key=_place)),
        wrong=wrong,
    )


def _place(name: str) -> tuple[int, tuple[int, int, str]]:
    known = list(_BY_NAME)
    place = known.index(name) if name in _BY_NAME else len(known)
    return place, _turn_of_a_route(name)


def _turn_of_a_route(name: str) -> tuple[int, int, str]:
    """Routes with numbers come first, by number; then those with names."""
    own = name.removeprefix("route.")
    return (0, int(own), own) if own.isdecimal() else (1, 0, own)


def _route(name: str, text: str, rest: Policy) -> PolicyRoute | None:
    """One route, on top of what holds for the rest of the service; None = it is switched off."""
    if text == OFF:
        return None
    asked, told = [], {}
    for word in text.split():
        key, equals, value = word.partition("=")
        if equals and (key == "to" or key in _BY_NAME):
            told[key] = value
        else:
            asked.append(word)
    policy = rest
    for key, value in told.items():
        if key != "to" and key not in _OF_A_ROUTE:
            raise WrongWord(f"A route can't have its own {key}, only {', '.join(_OF_A_ROUTE)}.")
        if key != "to":
            policy = _BY_NAME[key].apply(policy, value)
    if not asked:
        raise WrongWord("A route needs a condition: path:/v2, header:x-beta=yes or method:GET.")
    if told.get("rate") == OFF:
        raise WrongWord("A route can have a rate of its own, but not go without the service's.")
    return PolicyRoute(
        name=name.removeprefix("route."),
        conditions=conditions(asked),
        turns=turns(told.get("to", OFF)),
        timeout=policy.timeout if "timeout" in told else None,
        retry=policy.retry if _any(told, "retries") else None,
        fault=policy.fault if _any(told, "fault") else None,
        rate=policy.rate if "rate" in told else None,
    )


def _any(told: dict[str, str], group: str) -> bool:
    return any(key.partition(".")[0] == group for key in told)
