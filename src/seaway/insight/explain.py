"""Why can't web reach cats? The whole way is walked, step by step, to where it breaks."""

from __future__ import annotations

from collections.abc import Mapping

from seaway.core.discovery import NamedEndpoint
from seaway.core.service import Service
from seaway.insight import asking, proxying, serving
from seaway.insight.explanation import Explanation, Standing, Step, broken
from seaway.insight.lately import Lately, passed_lately, passes_now
from seaway.insight.parties import Nobody, Party, caller_named
from seaway.insight.rates import Edge
from seaway.insight.seen import Seen
from seaway.store.transaction import Transaction


def explain(
    tx: Transaction,
    caller: str,
    target: str,
    *,
    cluster: str | None,
    seen: Mapping[str, Seen],
    lately: Lately,
) -> Explanation:
    """The way from a caller to a target.

    ``caller`` is a service's name (``cluster/service``), ``family:name`` of tasks that were run, or
    ``machine``; ``target`` what is dialled (``cats``, ``cats:8080``). ``seen`` are the hosts'
    proxies, ``lately`` what has passed through them.
    """
    try:
        party = caller_named(tx, caller, cluster)
    except Nobody as nobody:
        return Explanation(caller=caller, target=target, steps=(broken("caller", str(nobody)),))
    steps = _walk(tx, party, target, seen, lately)
    return Explanation(caller=party.name, target=target, steps=tuple(steps))


def _walk(
    tx: Transaction,
    caller: Party,
    target: str,
    seen: Mapping[str, Seen],
    lately: Lately,
) -> list[Step]:
    steps = [asking.caller_runs(tx, caller), asking.caller_connects(tx, caller)]
    if caller.namespace is None and not caller.is_machine:
        return steps
    endpoint, named = asking.target_named(tx, caller, target)
    steps.append(named)
    owner = tx.find(Service, endpoint.service) if endpoint else None
    if endpoint is None or owner is None:
        return steps
    steps += _asked(tx, caller, endpoint, owner)
    if caller.is_machine or caller.running:
        steps += _proxied(caller, endpoint, seen, lately)
    return steps


def _asked(tx: Transaction, caller: Party, endpoint: NamedEndpoint, owner: Service) -> list[Step]:
    """What the store says of the call."""
    layers = serving.layers_between(tx, caller, endpoint, owner)
    steps = [
        asking.name_is_known(caller, endpoint),
        asking.caller_listens(caller),
        serving.is_allowed(caller, owner, layers),
        serving.settings_hold(layers),
        serving.target_runs(tx, owner),
    ]
    if steps[-1] is not None and steps[-1].standing is not Standing.BROKEN:
        steps.append(serving.target_is_registered(tx, endpoint, owner))
    return [step for step in steps if step is not None]


def _proxied(
    caller: Party,
    endpoint: NamedEndpoint,
    seen: Mapping[str, Seen],
    lately: Lately,
) -> list[Step]:
    """What the proxies of the caller's hosts do with the call."""
    steps: list[Step | None] = [proxying.proxy_is_there(caller, seen)]
    found = proxying.ears(caller, endpoint, seen)
    steps.append(proxying.listens(caller, endpoint, found))
    if any(ear.ports for ear in found):
        steps.append(proxying.routes(found))
        steps.append(proxying.has_endpoints(found))
        steps.append(proxying.certificates_are_there(found))
    minute, seconds = (
        [edge for edge in edges if _is_theirs(edge, caller, endpoint)]
        for edges in (lately.minute, lately.seconds)
    )
    steps.append(passes_now(seconds) or passed_lately(caller, minute))
    return [step for step in steps if step is not None]


def _is_theirs(edge: Edge, caller: Party, endpoint: NamedEndpoint) -> bool:
    labels = edge.labels
    return (labels.cluster, labels.service) == (
        caller.identity.cluster,
        caller.identity.name,
    ) and labels.discovery_name == endpoint.discovery_name
