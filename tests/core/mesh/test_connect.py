"""Service Connect in the proxy's words: who listens where, and which way requests go."""

from __future__ import annotations

from dataclasses import replace

from seaway.core.mesh.connect import INTERCEPTOR_PORT, Caller, Offer
from seaway.core.mesh.proxy import Endpoint, Forward, Labels, Protocol, Purpose, Retry, Share
from seaway.core.mesh.ways import connect
from seaway.core.task import Sandbox
from seaway.core.task_definition import AppProtocol
from tests.builders import NAMESPACE, a_discovery_service, a_named_endpoint

WEB = Caller(
    task="task-1",
    cluster="shop",
    service="web",
    namespace=NAMESPACE,
    sandboxes=(Sandbox(container="web", path="/run/ns/1"),),
)
CATS = Offer(
    endpoint=a_named_endpoint(a_discovery_service("cats"), number=258),
    cluster="shop",
    service="cats",
    places=(Endpoint(address="10.0.0.5", port=80), Endpoint(address="10.0.0.6", port=80)),
)


def test_a_caller_listens_for_a_name_at_its_virtual_address_in_its_own_namespace() -> None:
    (port,), (upstream,) = connect([WEB], {NAMESPACE: [CATS]})
    assert (port.address, port.port, port.namespace) == ("127.255.1.2", 80, "/run/ns/1")
    assert port.intercepted_at == INTERCEPTOR_PORT
    assert port.name == "connect/task-1/web/srv-cats"
    assert upstream.endpoints == CATS.places
    assert upstream.outlier_detection is not None


def test_labels_tell_caller_and_target_apart() -> None:
    _, (upstream,) = connect([WEB], {NAMESPACE: [CATS]})
    assert upstream.labels == Labels(
        purpose=Purpose.CONNECT,
        cluster="shop",
        service="web",
        namespace="ns-aaaaaaaaaaaaaaaa",
        discovery_name="cats",
        target_cluster="shop",
        target_service="cats",
        protocol="http",
    )


def test_tasks_of_one_service_share_the_way_and_each_has_its_listener() -> None:
    second = replace(WEB, task="task-2", sandboxes=(Sandbox(container="web", path="/run/ns/2"),))
    ports, upstreams = connect([WEB, second], {NAMESPACE: [CATS]})
    assert [port.namespace for port in ports] == ["/run/ns/1", "/run/ns/2"]
    assert len(upstreams) == 1
    assert ports[0].routing == ports[1].routing


def test_two_services_have_a_way_each_so_that_they_are_counted_apart() -> None:
    other = replace(WEB, task="task-2", service="shop")
    _, upstreams = connect([WEB, other], {NAMESPACE: [CATS]})
    assert {upstream.labels.service for upstream in upstreams} == {"web", "shop"}


def test_every_container_of_a_bridge_task_has_a_listener_of_its_own() -> None:
    boxes = (*WEB.sandboxes, Sandbox(container="side", path="/run/ns/side"))
    ports, upstreams = connect([replace(WEB, sandboxes=boxes)], {NAMESPACE: [CATS]})
    assert len({port.name for port in ports}) == 2
    assert len(upstreams) == 1


def test_names_of_another_namespace_are_not_heard() -> None:
    assert connect([replace(WEB, namespace="elsewhere")], {NAMESPACE: [CATS]}) == ([], [])


def test_http_is_tried_again_twice_and_given_up_after_fifteen_seconds() -> None:
    (port,), _ = connect([WEB], {NAMESPACE: [CATS]})
    way = "connect/shop/web/srv-cats"
    assert port.routing.default == Forward(
        shares=(Share(upstream=way),), timeout=15, retry=Retry(attempts=2, statuses=(503,))
    )
    assert port.idle_timeout == 300


def test_tcp_knows_no_retry_and_idles_an_hour() -> None:
    plain = replace(CATS, endpoint=replace(CATS.endpoint, protocol=AppProtocol.TCP))
    (port,), (upstream,) = connect([WEB], {NAMESPACE: [plain]})
    assert isinstance(port.routing.default, Forward)
    assert port.routing.default.retry is None
    assert port.routing.default.timeout == 0
    assert port.idle_timeout == 3600
    assert port.protocol is upstream.protocol is Protocol.TCP


def test_timeouts_of_the_service_count_and_zero_means_none() -> None:
    timed = replace(CATS, endpoint=replace(CATS.endpoint, idle_timeout=0, request_timeout=0))
    (port,), _ = connect([WEB], {NAMESPACE: [timed]})
    assert isinstance(port.routing.default, Forward)
    assert (port.idle_timeout, port.routing.default.timeout) == (0, 0)


def test_a_name_that_nobody_serves_is_there_all_the_same() -> None:
    (port,), (upstream,) = connect([WEB], {NAMESPACE: [replace(CATS, places=())]})
    assert port.port == 80
    assert upstream.endpoints == ()
