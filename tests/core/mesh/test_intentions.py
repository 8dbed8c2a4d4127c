"""Who may call whom, by what the called service, its namespace and its cluster say."""

from __future__ import annotations

import pytest

from seaway.core.mesh.intentions import UNSAID, Identity, may_call
from seaway.core.mesh.policy_tags import Layer, layers_of
from seaway.core.names import Tags

WEB = Identity(cluster="zoo", name="web")
FOREIGN_WEB = Identity(cluster="shop", name="web")
JOBS = Identity(cluster="zoo", name="family:jobs")
MACHINE = Identity(cluster="", name="machine")


def layers(
    *, cluster: Tags = (), namespace: Tags = (), service: Tags = (), caller: Tags = ()
) -> tuple[Layer, ...]:
    return layers_of(
        cluster="zoo",
        cluster_tags=cluster,
        namespace="pets.local",
        namespace_tags=namespace,
        service="cats",
        service_tags=service,
        discovery_name="cats",
        caller="web",
        caller_tags=caller,
    )


DENY: Tags = (("seaway:intentions", "deny"),)


def test_nothing_said_is_allowed() -> None:
    assert may_call(WEB, layers()) is UNSAID
    assert UNSAID.allowed


def test_the_default_can_be_deny_and_the_verdict_tells_who_said_so() -> None:
    verdict = may_call(WEB, layers(cluster=DENY))
    assert (verdict.allowed, verdict.source, verdict.rule) == (
        False,
        "cluster zoo",
        "intentions=deny",
    )


@pytest.mark.parametrize(
    ("word", "who"),
    [
        ("web", WEB),
        ("zoo/web", WEB),
        ("shop/web", FOREIGN_WEB),
        ("family:jobs", JOBS),
        ("zoo/family:jobs", JOBS),
        ("cluster:shop", FOREIGN_WEB),
        ("machine", MACHINE),
    ],
)
def test_a_word_means_exactly_one_kind_of_caller(word: str, who: Identity) -> None:
    said = layers(service=(*DENY, ("seaway:allow", f"nobody {word}")))
    verdict = may_call(who, said)
    assert (verdict.allowed, verdict.rule) == (True, f"allow={word}")
    others = {WEB, FOREIGN_WEB, JOBS, MACHINE} - {who}
    assert not any(may_call(other, said).allowed for other in others)


def test_a_service_called_machine_is_not_the_machine() -> None:
    service = Identity(cluster="zoo", name="machine")
    assert not may_call(service, layers(service=(*DENY, ("seaway:allow", "machine")))).allowed
    assert may_call(service, layers(service=(*DENY, ("seaway:allow", "zoo/machine")))).allowed


def test_in_one_layer_deny_comes_before_allow() -> None:
    said = layers(service=(("seaway:allow", "web"), ("seaway:deny.2", "dogs web")))
    verdict = may_call(WEB, said)
    assert (verdict.allowed, verdict.rule) == (False, "deny.2=web")


def test_the_nearer_layer_comes_before_the_farther() -> None:
    cluster: Tags = (("seaway:deny", "web"),)
    near: Tags = (("seaway:allow", "web"),)
    assert may_call(WEB, layers(cluster=cluster, service=near)).allowed
    assert may_call(WEB, layers(cluster=cluster, namespace=near)).allowed
    assert not may_call(WEB, layers(cluster=near, service=cluster)).allowed
    open_to_all: Tags = (("seaway:intentions", "allow"),)
    assert may_call(WEB, layers(cluster=cluster, service=open_to_all)).allowed


def test_a_caller_cant_let_itself_in() -> None:
    said = layers(service=DENY, caller=(("seaway:to.cats.allow", "web"),))
    assert not may_call(WEB, said).allowed


def test_of_a_wrong_list_the_other_words_hold() -> None:
    said = layers(service=(("seaway:deny", "a/b/c web"), ("seaway:intentions", "perhaps")))
    assert not may_call(WEB, said).allowed
    assert may_call(JOBS, said).allowed
