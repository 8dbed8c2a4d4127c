"""Spans from the real Envoy to a receiver of our own, by OTLP over gRPC."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import grpc
import grpc.aio
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

from seaway.core.mesh.envoy import labels_of
from seaway.core.mesh.proxy import Endpoint, Protocol, Tracing, Upstream
from tests.live.envoy_stage import CALLER, Target, a_mesh, an_upstream, get, until
from tests.live.test_names import a_name, led

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root"),
]

EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"


@dataclass
class Receiver(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Takes spans as a collector does."""

    port: int = 0
    spans: list[Any] = field(default_factory=list)
    services: set[str] = field(default_factory=set)

    def service(self, details: Any) -> Any:
        return grpc.unary_unary_rpc_method_handler(self.take) if details.method == EXPORT else None

    async def take(self, serialised: bytes, context: Any) -> bytes:
        told = trace_service_pb2.ExportTraceServiceRequest.FromString(serialised)
        for resource in told.resource_spans:
            attributes = {a.key: a.value.string_value for a in resource.resource.attributes}
            self.services.add(attributes["service.name"])
            # An older schema than Envoy's has this field, number 2, by its former name.
            scopes = getattr(resource, resource.DESCRIPTOR.fields_by_number[2].name)
            self.spans += [span for scope in scopes for span in scope.spans]
        return b""

    def upstream(self) -> Upstream:
        return Upstream(
            name="tracing",
            protocol=Protocol.GRPC,
            labels=replace(CALLER, discovery_name="tracing"),
            endpoints=(Endpoint(address="127.0.0.1", port=self.port),),
        )


@contextlib.asynccontextmanager
async def a_receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((receiver,))
    receiver.port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield receiver
    finally:
        await server.stop(None)


def attributes(span: Any) -> dict[str, str]:
    return {a.key: a.value.string_value for a in span.attributes}


def test_a_callers_trace_goes_on_through_the_proxy_and_its_span_is_sent(namespace: str) -> None:
    async def story() -> None:
        async with a_mesh() as mesh, a_receiver() as receiver:
            cats = await Target("cats").start()
            tracing = Tracing(upstream="tracing", service="web", percent=0)
            port = a_name(led(namespace), 1, "cats", tracing=tracing)
            await mesh.apply([port], [an_upstream(cats, name="cats"), receiver.upstream()])
            await get(port, traceparent=f"00-{TRACE}-{PARENT}-01", x_request_id="r-1")
            await get(port)  # nobody decided on this one, and of such ones 0 % are taken
            await until(lambda: bool(receiver.spans))
            (span,) = receiver.spans
            assert span.trace_id.hex() == TRACE
            assert span.parent_span_id.hex() == PARENT
            labels = labels_of(attributes(span)["seaway.way"])
            assert labels is not None
            assert (labels.service, labels.discovery_name) == ("web", "name-1")
            assert receiver.services == {"web"}
            heads = [head.lower() for head in cats.heads]
            assert f"traceparent: 00-{TRACE}-{span.span_id.hex()}-01" in heads[0]
            assert "x-request-id: r-1" in heads[0]
            assert "x-request-id: " in heads[1]

    asyncio.run(story())


def test_so_many_percent_of_the_requests_begin_a_trace(namespace: str) -> None:
    async def story() -> None:
        async with a_mesh() as mesh, a_receiver() as receiver:
            cats = await Target("cats").start()
            tracing = Tracing(upstream="tracing", service="web", percent=100)
            port = a_name(led(namespace), 1, "cats", tracing=tracing)
            await mesh.apply([port], [an_upstream(cats, name="cats"), receiver.upstream()])
            for _ in range(3):
                await get(port)
            await until(lambda: len(receiver.spans) == 3)
            sent = {s.trace_id.hex() for s in receiver.spans}
            got = {h.lower().split("traceparent: 00-")[1][:32] for h in cats.heads}
            assert sent == got

    asyncio.run(story())


def test_a_trace_that_comes_in_x_rays_header_goes_on_in_w3cs(namespace: str) -> None:
    async def story() -> None:
        async with a_mesh() as mesh, a_receiver() as receiver:
            cats = await Target("cats").start()
            tracing = Tracing(upstream="tracing", service="web", percent=0)
            port = a_name(led(namespace), 1, "cats", tracing=tracing)
            await mesh.apply([port], [an_upstream(cats, name="cats"), receiver.upstream()])
            sampled = f"Root=1-{TRACE[:8]}-{TRACE[8:]};Parent={PARENT};Sampled=1"
            await get(port, x_amzn_trace_id=sampled)
            await get(port, x_amzn_trace_id=f"Root=1-{TRACE[:8]}-{TRACE[8:]}")
            await until(lambda: bool(receiver.spans))
            (span,) = receiver.spans
            assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, PARENT)
            assert attributes(span)["aws.xray.header"] == sampled
            assert f"x-amzn-trace-id: {sampled.lower()}" in cats.heads[0].lower()
            assert TRACE not in cats.heads[1].split("traceparent:")[1]

    asyncio.run(story())
