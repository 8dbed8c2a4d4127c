"""Each thing on the way from web to cats is broken on purpose, and named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seaway.core.cluster import Cluster
from seaway.core.discovery import DnsRecord
from seaway.core.mesh.interceptor import interceptor_name
from seaway.core.mesh.proxy import (
    Forward,
    Labels,
    PathUnder,
    Proxy,
    Purpose,
    Route,
    Secret,
    Secure,
    Share,
)
from seaway.core.mesh.sample import Metric, Side, TrafficSample
from seaway.core.mesh.snapshot import Kind
from seaway.core.service import ServiceConnect
from seaway.core.task import Health, TaskStatus
from seaway.insight.explanation import Standing, Step
from tests.builders import HOME, a_cluster, a_discovery_service, a_namespace, a_service
from tests.insight.square import (
    CALLER,
    CATS,
    CLIENT,
    DISCOVERY,
    ENDPOINT,
    SERVERS,
    WEB,
    WEB_DEPLOYMENT,
    Square,
    a_member,
    a_registration,
    first_broken,
)


def test_a_way_that_is_whole_has_nothing_in_it() -> None:
    told = Square().why()
    assert {step.standing for step in told.steps} == {Standing.OK}
    assert told.diagnosis == "Nothing is in the way from web to cats."
    assert [step.name for step in told.steps] == [
        "caller",
        "connect",
        "name",
        "permission",
        "target",
        "endpoints",
        "proxy",
        "listener",
        "route",
        "health",
        "traffic",
    ]


# What people ask for


def test_a_caller_that_is_not_there_is_told_with_what_may_be_meant() -> None:
    told = Square().why("wep")
    assert first_broken(told) == "caller"
    assert "There is no service wep. Did you mean web?" in told.diagnosis


def test_one_name_in_two_clusters_asks_for_the_cluster() -> None:
    square = Square()
    other = f"arn:aws:ecs:{HOME}:cluster/other"
    square.put(
        Cluster(arn=other, name="other", created_at=1.0),
        a_service("web", arn=f"arn:aws:ecs:{HOME}:service/other/web", cluster=other),
    )
    assert "say --cluster" in square.why().diagnosis
    assert square.why("default/web").standing is Standing.OK
    assert square.why(cluster="default").standing is Standing.OK


@pytest.mark.parametrize("word", ["cats", "cats:80"])
def test_a_target_is_found_by_what_is_dialled(word: str) -> None:
    assert Square().why(target=word).standing is Standing.OK


def test_a_port_nobody_listens_on_is_no_name() -> None:
    assert first_broken(Square().why(target="cats:81")) == "name"


def test_a_name_that_is_not_there_is_told_with_those_that_are() -> None:
    told = Square().why(target="cat")
    assert first_broken(told) == "name"
    assert "Did you mean cats?" in told.diagnosis
    assert "It has cats." in told.diagnosis


def test_a_name_of_service_discovery_goes_past_the_proxy() -> None:
    square = Square()
    square.put(a_discovery_service("dogs", records=(DnsRecord(type="A", ttl=60),)))
    told = square.why(target="dogs.shop")
    assert first_broken(told) == "name"
    assert "is a name of service discovery (DNS)" in told.diagnosis


# What is in the store


def test_a_caller_without_running_task_can_not_call() -> None:
    square = Square()
    square.put(replace(CALLER, last_status=TaskStatus.STOPPED, stopped_reason="Essential exited"))
    told = square.why()
    assert first_broken(told) == "caller"
    assert "The last one stopped: Essential exited" in told.diagnosis


def test_a_caller_that_wants_no_task_is_told_how_to_get_some() -> None:
    square = Square()
    square.put(replace(WEB, desired_count=0))
    square.drop(CALLER)
    assert "--desired-count" in square.why().diagnosis


def test_a_caller_without_service_connect_is_told_how_to_switch_it_on() -> None:
    square = Square()
    square.put(
        replace(WEB, connect=None),
        replace(WEB_DEPLOYMENT, connect=None),
        a_cluster(namespace=ENDPOINT.namespace),
    )
    told = square.why()
    assert first_broken(told) == "connect"
    assert "--service web --service-connect-configuration enabled=true,namespace=shop" in (
        told.diagnosis
    )


def test_tasks_from_before_service_connect_was_switched_on_wait_for_the_deployment() -> None:
    square = Square()
    square.put(replace(CALLER, uses_mesh=False, mesh_ready=False))
    assert first_broken(square.why()) == "connect"
    square.put(a_member(2, WEB, WEB_DEPLOYMENT))
    assert square.why().standing is Standing.WARNING


def test_a_target_without_service_connect_is_told_how_to_offer_a_name() -> None:
    square = Square()
    square.put(replace(CATS, connect=None))
    square.drop(ENDPOINT)
    told = square.why()
    assert first_broken(told) == "name"
    assert "Service cats does not use Service Connect." in told.diagnosis
    assert "services=[{portName=PORT" in told.diagnosis


def test_a_target_that_is_only_a_client_offers_no_name() -> None:
    square = Square()
    square.put(replace(CATS, connect=CLIENT))
    square.drop(ENDPOINT)
    assert "cats is a client only" in square.why().diagnosis


def test_a_name_of_another_namespace_is_not_the_callers() -> None:
    square = Square()
    other = a_namespace("zoo", arn=f"arn:aws:servicediscovery:{HOME}:namespace/ns-b", id="ns-b")
    square.put(other, replace(ENDPOINT, namespace=other.arn))
    told = square.why()
    assert first_broken(told) == "name"
    assert "cats is a name of namespace zoo, and web is in namespace shop." in told.diagnosis


def test_in_a_faithful_cluster_a_name_that_came_later_is_not_known() -> None:
    square = Square()
    square.put(replace(WEB_DEPLOYMENT, known=()))
    told = square.why()
    assert first_broken(told) == "known"
    assert "--service web --force-new-deployment" in told.diagnosis
    square.put(replace(WEB_DEPLOYMENT, known=(DISCOVERY.arn,)))
    assert square.why().standing is Standing.OK


@pytest.mark.parametrize(
    ("noun", "source"),
    [
        (replace(CATS, tags=(("seaway:deny", "web"),)), "service cats says deny=web"),
        (a_cluster(tags=(("seaway:intentions", "deny"),)), "cluster default says intentions=deny"),
        (a_namespace(tags=(("seaway:deny", "web"),)), "namespace shop says deny=web"),
    ],
    ids=["service", "cluster", "namespace"],
)
def test_who_may_not_call_is_told_who_says_so(noun: object, source: str) -> None:
    square = Square()
    square.put(noun)
    told = square.why()
    assert first_broken(told) == "permission"
    assert source in told.diagnosis
    assert told.diagnosis.endswith("seaway mesh allow web default/cats")


def test_a_setting_that_means_nothing_is_a_warning() -> None:
    square = Square()
    square.put(replace(CATS, tags=(("seaway:timeout", "soon"),)))
    told = square.why()
    assert told.standing is Standing.WARNING
    assert "seaway:timeout=soon of service cats has no effect" in told.diagnosis


def the_route(square: Square) -> Step:
    (step,) = (step for step in square.why().steps if step.name == "route")
    return step


def test_where_requests_go_and_on_which_terms_is_told() -> None:
    square = Square()
    square.put(replace(CATS, tags=(("seaway:timeout", "2s"), ("seaway:retries", "1"))))
    assert the_route(square).sentence == "Requests go to cats (timeout 2 s, 1 retry)."
    square.put(replace(CATS, tags=(("seaway:fault.delay", "1s:50"),)))
    slowed = the_route(square)
    assert slowed.standing is Standing.WARNING
    assert "50 % of them after 1 s" in slowed.sentence


def test_requests_that_are_shared_out_are_told_in_percent() -> None:
    square = Square()
    shares = (Share(upstream="connect/default/web/srv-cats", weight=3), Share(upstream="x"))

    def alter(proxy: Proxy) -> Proxy:
        port = proxy.ports[0]
        away = Route(name="v2", conditions=(PathUnder("/v2"),), action=Forward(shares=shares[1:]))
        routing = replace(port.routing, default=Forward(shares=shares), routes=(away,))
        cats = proxy.upstreams[0]
        upstream = replace(cats, name="x", labels=replace(cats.labels, revision="7"))
        return replace(
            proxy,
            ports=tuple(replace(p, routing=routing) for p in proxy.ports[:1]),
            upstreams=(*proxy.upstreams, upstream),
        )

    square.alter = alter
    green = "cats (deployment 7)"
    assert the_route(square).sentence == (
        f"Requests go by route v2 to {green}; else 75 % to cats and 25 % to {green}."
    )


def test_a_fault_put_in_on_purpose_is_told() -> None:
    square = Square()
    square.put(replace(CATS, tags=(("seaway:fault.abort", "503:100"),)))
    told = square.why()
    assert first_broken(told) == "route", told.diagnosis
    assert "put in on purpose" in told.diagnosis


def test_a_target_without_running_task_is_told_why() -> None:
    square = Square()
    for task in SERVERS:
        square.put(
            replace(task, last_status=TaskStatus.STOPPED, stopped_reason="CannotPullContainerError")
        )
    square.drop(*map(a_registration, SERVERS))
    told = square.why()
    assert first_broken(told) == "target"
    assert "CannotPullContainerError" in told.diagnosis


@pytest.mark.parametrize("health", [Health.UNKNOWN, Health.UNHEALTHY])
def test_tasks_that_run_but_are_not_healthy_get_no_requests(health: Health) -> None:
    square = Square()
    for task in SERVERS:
        square.put(replace(task, health=health))
        square.drop(a_registration(task))
    told = square.why()
    assert first_broken(told) == "endpoints"
    assert "container health check" in told.diagnosis


def test_fewer_targets_than_wanted_are_a_warning() -> None:
    square = Square()
    square.drop(SERVERS[0], a_registration(SERVERS[0]))
    told = square.why()
    assert told.standing is Standing.WARNING
    assert "only 1 of 2 tasks running" in told.diagnosis


def test_targets_that_are_all_leaving_leave_nothing_to_call() -> None:
    square = Square()
    for task in SERVERS:
        square.put(
            replace(task, last_status=TaskStatus.DEACTIVATING, desired_status=TaskStatus.STOPPED)
        )
        square.drop(a_registration(task))
    told = square.why()
    assert first_broken(told) == "target"
    (health,) = (step for step in told.steps if step.name == "health")
    assert "has no endpoint" in health.sentence
    assert "2 are draining" in health.sentence


# What is with the proxy


def test_an_envoy_that_is_not_there_breaks_the_way() -> None:
    told = Square(connected=False, answers=False, settled=False).why()
    assert first_broken(told) == "proxy"
    assert "No Envoy answers on host host-1" in told.diagnosis


def test_an_envoy_that_hears_of_no_change_goes_on() -> None:
    told = Square(connected=False, settled=False).why()
    assert told.standing is Standing.WARNING
    assert "goes on with what it has" in told.diagnosis


def test_a_version_that_was_not_taken_in_yet_is_told() -> None:
    square = Square(settled=False)
    assert f"has not taken in version {square.snapshot().version}" in square.why().diagnosis


def test_a_listener_envoy_refuses_is_told_in_envoys_words() -> None:
    square = Square()
    port = square.snapshot().proxy.ports[0]
    name = interceptor_name(port) or port.name
    square.refused[Kind.LISTENERS, name] = "cannot bind: no such namespace"
    told = square.why()
    assert first_broken(told) == "listener"
    assert "cannot bind: no such namespace" in told.diagnosis


def test_a_proxy_nobody_told_of_the_name_does_not_listen() -> None:
    told = Square(published=False).why()
    assert first_broken(told) == "listener"


@pytest.mark.parametrize("kind", [Kind.CLUSTERS, Kind.ENDPOINTS])
def test_an_upstream_envoy_refuses_is_told(kind: Kind) -> None:
    square = Square()
    upstream = square.snapshot().proxy.upstreams[0].name
    square.refused[kind, upstream] = "no such transport socket"
    told = square.why()
    assert first_broken(told) == "health"
    assert "no such transport socket" in told.diagnosis


def test_endpoints_that_are_left_alone_after_failures_are_named() -> None:
    square = Square(flags={"10.0.0.11": ("failed_outlier_check",)})
    told = square.why()
    assert told.standing is Standing.WARNING
    assert "1 of 2 endpoints left alone" in told.diagnosis
    assert "10.0.0.11:80" in told.diagnosis


def test_when_all_endpoints_failed_they_are_used_in_spite_of_it() -> None:
    flags = ("failed_outlier_check",)
    told = Square(flags={"10.0.0.11": flags, "10.0.0.12": flags}).why()
    assert told.standing is Standing.WARNING
    assert "All are used again in spite of it." in told.diagnosis


def test_an_envoy_that_is_connected_need_not_be_asked_how_it_sees_its_endpoints() -> None:
    told = Square(answers=False).why()
    assert told.standing is Standing.OK
    (step,) = (step for step in told.steps if step.name == "health")
    assert step.sentence == "2 endpoints; how Envoy sees them can't be asked."


LABELS = Labels(
    purpose=Purpose.CONNECT,
    cluster="default",
    service="web",
    discovery_name="cats",
    target_cluster="default",
    target_service="cats",
    protocol="http",
)


@pytest.mark.parametrize(
    ("metric", "side", "cause", "words"),
    [
        (Metric.PROXY_REPLIES_5XX, Side.UPSTREAM, "UF,URX", "nothing listens on its container"),
        (Metric.PROXY_REPLIES_5XX, Side.UPSTREAM, "UO", "circuit breaker"),
        (Metric.PROXY_REPLIES_5XX, Side.UPSTREAM, "UT", "longer than the timeout"),
        (Metric.PROXY_REPLIES_4XX, Side.UPSTREAM, "RL", "rate limit"),
        (Metric.RESPONSES_5XX, Side.UPSTREAM, "", "were the target's 5xx"),
        (Metric.FAILED_CONNECTIONS, Side.UPSTREAM, "", "3 connections failed"),
        (Metric.TLS_FAILURES, Side.UPSTREAM, "", "3 TLS handshakes"),
        (Metric.DENIED, Side.PORT, "", "3 calls were turned away"),
    ],
)
def test_what_went_wrong_in_the_last_minute_is_told(
    metric: Metric, side: Side, cause: str, words: str
) -> None:
    square = Square()
    sample = TrafficSample(
        labels=LABELS, side=side, metric=metric, value=3.0, at=square.now - 30, cause=cause
    )
    square.rates.take("host-1", [sample])
    told = square.why()
    assert told.standing is Standing.WARNING
    assert words in told.diagnosis


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        ({Metric.PROXY_REPLIES_5XX: 4.0}, "Every call fails, 4 calls just now: 4 × connections"),
        (
            {Metric.NEW_CONNECTIONS: 2.0, Metric.FAILED_CONNECTIONS: 2.0},
            "Every connection fails, 2 just now: connections to the target fail",
        ),
    ],
)
def test_when_every_call_of_the_last_seconds_fails_the_way_is_broken(
    samples: dict[Metric, float], words: str
) -> None:
    square = Square(flags={"10.0.0.11": ("failed_outlier_check",)})
    square.rates.take(
        "host-1",
        [
            TrafficSample(
                labels=LABELS,
                side=Side.UPSTREAM,
                metric=metric,
                value=value,
                at=square.now,
                cause="UF,URX" if metric is Metric.PROXY_REPLIES_5XX else "",
            )
            for metric, value in samples.items()
        ],
    )
    told = square.why()
    assert first_broken(told) == "traffic"
    assert words in told.diagnosis
    answered = Metric.RESPONSES_2XX, Metric.NEW_CONNECTIONS
    square.rates.take(
        "host-1",
        [
            TrafficSample(
                labels=LABELS, side=Side.UPSTREAM, metric=metric, value=9.0, at=square.now
            )
            for metric in answered
        ],
    )
    assert square.why().standing is Standing.WARNING


def test_requests_that_all_went_well_are_told_too() -> None:
    square = Square()
    sample = TrafficSample(
        labels=LABELS, side=Side.UPSTREAM, metric=Metric.RESPONSES_2XX, value=7.0, at=995.0
    )
    square.rates.take("host-1", [sample])
    told = square.why()
    assert told.standing is Standing.OK
    assert told.steps[-1].sentence == "7 requests in the last minute, none failed."


def test_tasks_that_were_run_call_by_their_family() -> None:
    square = Square()
    task = replace(
        CALLER, service=None, deployment=None, group="family:jobs", namespace=ENDPOINT.namespace
    )
    square.put(task)
    told = square.why("family:jobs")
    assert told.standing is Standing.OK, told.diagnosis
    assert first_broken(square.why("family:none")) == "caller"


def test_a_target_that_switched_service_connect_off_offers_nothing() -> None:
    square = Square()
    square.put(replace(WEB, connect=ServiceConnect(enabled=False)))
    told = square.why("cats", "web")
    assert first_broken(told) == "name"
    assert "Service web does not use Service Connect." in told.diagnosis


def test_the_first_thing_that_breaks_is_the_one_to_mend() -> None:
    square = Square(connected=False, answers=False, settled=False)
    square.put(replace(CATS, tags=(("seaway:deny", "web"),)))
    told = square.why()
    broken = [step.name for step in told.steps if step.standing is Standing.BROKEN]
    assert broken == ["permission", "proxy", "route"]
    assert told.diagnosis.startswith("web may not call cats: service cats says deny=web")


def with_tls(square: Square, secrets: tuple[str, ...]) -> None:
    """As if cats' endpoint were encrypted, and the proxy had these of the certificates."""
    secure = Secure(
        certificate="client/default/web", authorities="authority/srv-cats", server_name="cats.shop"
    )

    def alter(proxy: Proxy) -> Proxy:
        return replace(
            proxy,
            upstreams=tuple(replace(u, secure=secure) for u in proxy.upstreams),
            secrets=tuple(Secret(name=name, chain="PEM") for name in secrets),
        )

    square.alter = alter


def test_a_way_with_certificates_on_both_sides_is_told_as_encrypted() -> None:
    square = Square()
    with_tls(square, ("client/default/web", "authority/srv-cats"))
    (tls,) = (step for step in square.why().steps if step.name == "tls")
    assert tls.standing is Standing.OK
    assert "cats.shop" in tls.sentence


def test_a_certificate_that_is_not_there_breaks_the_way() -> None:
    square = Square()
    with_tls(square, ("authority/srv-cats",))
    told = square.why()
    assert first_broken(told) == "tls"
    assert "client/default/web is not there" in told.diagnosis


def test_a_certificate_envoy_refuses_breaks_the_way() -> None:
    square = Square()
    with_tls(square, ("client/default/web", "authority/srv-cats"))
    square.refused[Kind.SECRETS, "client/default/web"] = "failed to load private key"
    told = square.why()
    assert first_broken(told) == "tls"
    assert "failed to load private key" in told.diagnosis
