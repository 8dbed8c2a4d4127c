"""What tags on clusters, namespaces and services come to for a call, and who said it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seaway.core.mesh.policy import (
    NO_POLICY,
    Policy,
    Scope,
    Turn,
    complaint,
    layers_of,
    policy_of,
)
from seaway.core.mesh.policy_settings import SETTINGS
from seaway.core.mesh.proxy import (
    Algorithm,
    Fault,
    HashOn,
    HeaderIs,
    Limits,
    MethodIs,
    OutlierDetection,
    PathMatches,
    PathUnder,
    RateLimit,
    Retry,
)
from seaway.core.names import Tags


def tagged(**said: str) -> Tags:
    """Tags of settings: ``retries__on`` is retries.on, ``idle_timeout`` is idle-timeout."""
    names = {key.replace("__", ".").replace("_", "-"): text for key, text in said.items()}
    return (("team", "pets"), *((f"seaway:{name}", text) for name, text in names.items()))


def policy(
    *,
    cluster: Tags = (),
    namespace: Tags = (),
    service: Tags = (),
    caller: Tags = (),
    request_timeout: float | None = None,
    idle_timeout: float | None = None,
) -> Policy:
    layers = layers_of(
        cluster="zoo",
        cluster_tags=cluster,
        namespace="pets.local",
        namespace_tags=namespace,
        service="cats",
        service_tags=service,
        discovery_name="cats",
        request_timeout=request_timeout,
        idle_timeout=idle_timeout,
        caller="web",
        caller_tags=caller,
    )
    return policy_of(layers)


def test_nobody_said_anything_is_awss_own_behaviour() -> None:
    assert policy(service=(("team", "pets"), ("timeout", "3s"))) is NO_POLICY


def test_the_nearer_word_wins_setting_by_setting() -> None:
    found = policy(
        cluster=tagged(timeout="1s", retries="1", idle_timeout="1m"),
        namespace=tagged(timeout="2s", retries="5"),
        service=tagged(timeout="3s"),
        caller=(("seaway:to.cats.timeout", "4s"), ("seaway:to.dogs.timeout", "9s")),
    )
    assert found.timeout == 4
    assert found.idle_timeout == 60
    assert found.retry == Retry(attempts=5)
    assert found.wrong == ()
    assert [(s.name, s.value, s.source) for s in found.said] == [
        ("timeout", "4s", "service web, to cats"),
        ("idle-timeout", "1m", "cluster zoo"),
        ("retries", "5", "namespace pets.local"),
    ]


def test_a_callers_other_tags_are_not_about_this_call() -> None:
    found = policy(caller=(*tagged(timeout="1s"), ("seaway:to.cats-next.timeout", "2s")))
    assert found is NO_POLICY


def test_the_services_own_aws_timeouts_beat_the_clusters_tags_but_not_its_own() -> None:
    said = tagged(timeout="1s", idle_timeout="1s")
    found = policy(cluster=said, request_timeout=30, idle_timeout=0)
    assert (found.timeout, found.idle_timeout) == (30, 0)
    assert {s.source for s in found.said} == {"service cats, Service Connect timeout"}
    assert policy(service=said, request_timeout=30).timeout == 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("250ms", 0.25), ("2s", 2), ("1.5s", 1.5), ("1m", 60), ("1h", 3600), ("0", 0), ("off", 0)],
)
def test_a_duration_has_a_unit_or_is_off(text: str, seconds: float) -> None:
    assert policy(service=tagged(timeout=text)).timeout == seconds


def test_parts_of_one_thing_come_together_from_different_layers() -> None:
    found = policy(
        cluster=tagged(outlier__failures="3", limits__connections="10", retries__on="502 504"),
        service=tagged(outlier__percent="50", limits__pending="5", retries__timeout="1s"),
        caller=(("seaway:to.cats.retries.budget", "12.5"),),
    )
    assert found.outlier == OutlierDetection(failures=3, most_ejected=50)
    assert found.limits == Limits(connections=10, pending=5, retry_budget=12.5)
    assert found.retry == Retry(statuses=(502, 504), try_timeout=1)


def test_grpcs_statuses_are_tried_again_by_their_names() -> None:
    found = policy(service=tagged(retries__on="unavailable 503 internal"))
    assert found.retry == Retry(statuses=(503,), grpc=("unavailable", "internal"))


def test_off_takes_back_what_a_farther_layer_said() -> None:
    far = tagged(
        limits__requests="5", retries="3", retries__on="500", fault__delay="1s", rate="1/s"
    )
    off = tagged(
        limits__requests="off", retries="off", retries__on="off", fault__delay="off", rate="off"
    )
    found = policy(cluster=far, service=off)
    assert found.limits == Limits()
    assert found.retry == Retry(attempts=0, statuses=())
    assert (found.fault, found.rate) == (None, None)


def test_outlier_detection_can_be_switched_off_and_on_again() -> None:
    assert policy(cluster=tagged(outlier="off")).outlier_off
    assert not policy(cluster=tagged(outlier="off"), service=tagged(outlier="on")).outlier_off


@pytest.mark.parametrize(
    ("text", "algorithm", "hash_on"),
    [
        ("least_request", Algorithm.LEAST_OUTSTANDING_REQUESTS, ()),
        ("random", Algorithm.WEIGHTED_RANDOM, ()),
        ("hash", Algorithm.CONSISTENT_HASH, (HashOn("source"),)),
        (
            "hash header:X-User cookie:session source",
            Algorithm.CONSISTENT_HASH,
            (HashOn("header", "x-user"), HashOn("cookie", "session"), HashOn("source")),
        ),
        ("hash cookie:stay/1h", Algorithm.CONSISTENT_HASH, (HashOn("cookie", "stay", 3600),)),
    ],
)
def test_balancing_is_a_word_or_what_to_hash(
    text: str, algorithm: Algorithm, hash_on: tuple[HashOn, ...]
) -> None:
    found = policy(service=tagged(balancing=text))
    assert (found.algorithm, found.hash_on) == (algorithm, hash_on)


def test_splits_mirrors_faults_and_rates() -> None:
    found = policy(
        service=tagged(
            split="cats:90 cats-next:10",
            mirror="cats-next:5 cats-log",
            fault__delay="200ms:10",
            fault__abort="503:0.5",
            rate="100/10s burst=200",
            trace="10",
        )
    )
    assert found.turns == (
        Turn(discovery_name="cats", weight=90),
        Turn(discovery_name="cats-next", weight=10),
    )
    assert found.mirrors == (("cats-next", 5), ("cats-log", 100))
    assert found.fault == Fault(delay=0.2, delay_percent=10, abort=503, abort_percent=0.5)
    assert found.rate == RateLimit(requests=100, seconds=10, burst=200)
    assert found.trace_percent == 10


def test_routes_come_by_number_then_by_name_whoever_said_them() -> None:
    found = policy(
        service=(
            ("seaway:route.beta", "header:X-Beta=yes to=cats-next"),
            ("seaway:route.10", "path:/v2 method:GET method:HEAD to=cats:1+cats-next:2"),
        ),
        caller=(
            ("seaway:to.cats.route.2", "exact-path:/slow timeout=1m"),
            ("seaway:to.cats.route.beta", "off"),
        ),
    )
    assert [route.name for route in found.routes] == ["2", "10"]
    slow, second = found.routes
    assert (slow.conditions, slow.timeout, slow.turns) == ((PathMatches(("/slow",)),), 60, ())
    assert second.conditions == (PathUnder("/v2"), MethodIs(("GET", "HEAD")))
    assert [(turn.discovery_name, turn.weight) for turn in second.turns] == [
        ("cats", 1),
        ("cats-next", 2),
    ]
    assert (second.timeout, second.retry, second.fault, second.rate) == (None, None, None, None)


def test_what_a_route_says_comes_on_top_of_the_rest() -> None:
    found = policy(
        service=tagged(retries="5", fault__delay="1s", fault__abort="500"),
        caller=(
            ("seaway:to.cats.route.1", "header:x retries.on=502+504 fault.abort=off rate=5/m"),
        ),
    )
    (route,) = found.routes
    assert route.conditions == (HeaderIs("x"),)
    assert route.retry == Retry(attempts=5, statuses=(502, 504))
    assert route.fault == Fault(delay=1, delay_percent=100)
    assert route.rate == RateLimit(requests=5, seconds=60)


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("timeout", "3", '"3" is no duration: 250ms, 2s, 1m, 1h or off.'),
        ("timeout", "999999999h", "999999999h is longer than a year."),
        ("timout", "3s", "There is no setting timout; did you mean timeout?"),
        ("retries", "-1", '"-1" is no whole number from 0 to 100.'),
        ("retries.on", "200", '"200" is no whole number from 400 to 599.'),
        ("retries.on", "", "It says nothing."),
        ("retries.on", "5xx", '"5xx" is neither a status from 400 to 599 nor one of gRPC'),
        ("retries.budget", "101", '"101" is no percentage: 0 to 100, such as 5 or 0.1.'),
        ("outlier", "yes", '"yes" is neither on nor off.'),
        ("outlier.interval", "0", '"0" is too short: the least is 1ms.'),
        ("split", "cats:0", "All the weights are 0."),
        ("split", "cats:1 cats:2", 'cats stands twice in "cats:1 cats:2".'),
        ("split", "Cats:1", '"Cats" is no discovery name.'),
        ("rate", "100", '"100" is no rate: 100/s, 600/m, 20/10s or 100/s burst=200.'),
        ("rate", "1/1ms", '"1ms" is too short: the least is 50ms.'),
        ("route.1", "to=cats", "A route needs a condition: path:/v2, header:x-beta=yes or"),
        ("route.1", "path:v2 to=cats", '"path:v2" is no condition: path:/v2,'),
        ("route.1", "path:/v2 split=cats", "A route can't have its own split, only timeout,"),
        ("route.1", "path:/v2 timeout=soon", '"soon" is no duration'),
        ("balancing", "fastest", '"fastest" is none of round_robin, least_request,'),
        ("balancing", "hash ip", '"ip" can\'t be hashed: source, header:x-user,'),
        ("intentions", "maybe", '"maybe" is neither allow nor deny.'),
        ("allow", "web b/c/d", '"b/c/d" is nobody: a service of the same cluster (web),'),
    ],
)
def test_a_wrong_word_has_no_effect_and_says_why(name: str, text: str, why: str) -> None:
    found = policy(
        cluster=tagged(timeout="7s"), service=((f"seaway:{name}", text), ("seaway:trace", "1"))
    )
    assert found.timeout == 7
    assert found.trace_percent == 1
    (wrong,) = found.wrong
    assert (wrong.name, wrong.value, wrong.source) == (name, text, "service cats")
    assert wrong.why.startswith(why)
    assert complaint(name, text) == wrong.why


def test_what_is_for_one_service_is_not_for_a_cluster_and_callers_allow_nothing() -> None:
    for name, text in (("split", "cats"), ("mirror", "cats"), ("route.1", "path:/x timeout=1s")):
        assert complaint(name, text) is None
        assert complaint(name, text, Scope.CALLER) is None
        assert complaint(name, text, Scope.CLUSTER) == (
            f"{name} is for one service, not for a whole cluster."
        )
    found = policy(caller=(("seaway:to.cats.allow", "web"),))
    assert [w.why for w in found.wrong] == ["Who may call is for the called service to say."]


NAMES = [setting.name for setting in SETTINGS] + ["allow", "intentions", "route.1", "x", "to.cats."]
TAG_TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
WORDS = st.text("0159.:/+= smhoff%-catsphderyGE", max_size=30)


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.one_of(TAG_TEXTS, WORDS)), max_size=6))
def test_no_tag_breaks_anything(said: list[tuple[str, str]]) -> None:
    tags = tuple((f"seaway:{name}", text) for name, text in dict(said).items())
    found = policy(cluster=tags, service=tags, caller=tags)
    assert all(word.why for word in found.wrong)
    assert not any(word.why for word in found.said)
