"""One HTTP port that leads to every endpoint by the Host that is called."""

from __future__ import annotations

from seaway.core.mesh.connect import Offer
from seaway.core.mesh.gateway import gateway, gateway_caller
from seaway.core.mesh.proxy import FixedResponse, Forward, HostMatches, PathUnder, Refusal
from seaway.core.mesh.ways import way_to
from seaway.core.names import Tags
from tests.builders import NAMESPACE, a_discovery_service, a_named_endpoint


def an_offer(name: str, tags: Tags = ()) -> Offer:
    endpoint = a_named_endpoint(a_discovery_service(name))
    return Offer(
        endpoint=endpoint,
        cluster="shop",
        service=name,
        namespace="pets",
        places=(),
        service_tags=tags,
    )


CALLER = gateway_caller(NAMESPACE)


def test_each_endpoint_is_reached_by_its_name_in_its_namespace() -> None:
    offers = [an_offer("cats"), an_offer("dogs")]
    port = gateway("0.0.0.0", 8080, [(o, way_to(CALLER, o)) for o in offers])
    hosts = [route.conditions for route in port.routing.routes]
    assert hosts == [(HostMatches(("cats.pets",)),), (HostMatches(("dogs.pets",)),)]
    assert isinstance(port.routing.default, FixedResponse)
    assert port.routing.default.status == 404


def test_a_ways_own_routes_are_asked_first() -> None:
    offer = an_offer("cats", (("seaway:route.v2", "path:/v2 timeout=1s"),))
    first, second = gateway("0.0.0.0", 8080, [(offer, way_to(CALLER, offer))]).routing.routes
    assert first.conditions == (HostMatches(("cats.pets",)), PathUnder("/v2"))
    assert isinstance(first.action, Forward)
    assert first.action.timeout == 1
    assert second.conditions == (HostMatches(("cats.pets",)),)


def test_the_gateway_is_refused_where_it_may_not_call() -> None:
    offer = an_offer("cats", (("seaway:deny", "gateway"),))
    (route,) = gateway("0.0.0.0", 8080, [(offer, way_to(CALLER, offer))]).routing.routes
    assert isinstance(route.action, Refusal)
    open_offer = an_offer("cats", (("seaway:deny", "machine"),))
    assert way_to(CALLER, open_offer).upstreams
