"""Chapter six: spans of real requests, sent to a collector that this very program is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from seaway.cli.demo.clients import Aws
from seaway.cli.demo.mesh.asking import a_caller
from seaway.cli.demo.names import CATS, CLUSTER
from seaway.cli.demo.stage import Stage

METHOD = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
SPAN_SECONDS = 30.0
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
"""The trace id our request comes with, as W3C's Trace Context has it in its examples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One span as a collector sees it; ids in hexadecimal, ``took`` in milliseconds."""

    service: str
    name: str
    trace: str
    parent: str
    took: float
    attributes: dict[str, str]


def tracing(aws: Aws, stage: Stage) -> None:
    """Switch tracing on for the cluster, send a request with a trace of its own, see its span.

    Raises DemoFailed, ClientError.
    """
    with _collector() as (port, spans):
        cluster = aws.ecs.describe_clusters(clusters=[CLUSTER])["clusters"][0]["clusterArn"]
        tags = {"seaway:trace.collector": f"127.0.0.1:{port}", "seaway:trace": "100"}
        stage.call(
            aws.ecs,
            "tag_resource",
            resourceArn=cluster,
            tags=[{"key": key, "value": value} for key, value in tags.items()],
        )
        try:
            span = _traced(aws, stage, spans)
        finally:
            stage.call(aws.ecs, "untag_resource", resourceArn=cluster, tagKeys=list(tags))
    stage.say(f"span of {span.service}: {span.name}, {span.took:.2f} ms")
    stage.say(f"trace {span.trace}, parent {span.parent or 'none'}: the caller's own, continued")
    for name, value in span.attributes.items():
        stage.say(f"{name} = {value}")


def _traced(aws: Aws, stage: Stage, spans: list[Span]) -> Span:
    web = a_caller(aws)
    header = f"traceparent: 00-{TRACE}-00f067aa0ba902b7-01"
    command = f"curl -s -H '{header}' http://{CATS.name}/whoami"
    stage.shell(f"docker exec {web.part.name} {command}")

    def look() -> tuple[Span | None, str]:
        web.run(command)
        return next((s for s in spans if s.trace == TRACE), None), "a span of our trace"

    return stage.wait(
        look,
        seconds=SPAN_SECONDS,
        late="No span has come",
        where=f"aws ecs list-tags-for-resource --resource-arn {CLUSTER}",
    )


@contextmanager
def _collector() -> Iterator[tuple[int, list[Span]]]:
    """A collector of OTLP by gRPC, on a port of its own: (port, the spans as they come)."""
    spans: list[Span] = []
    lock = threading.Lock()

    def export(request: Any, context: Any) -> Any:
        with lock:
            spans.extend(_spans(request))
        return ExportTraceServiceResponse()

    handler = grpc.unary_unary_rpc_method_handler(
        export,
        request_deserializer=ExportTraceServiceRequest.FromString,
        response_serializer=ExportTraceServiceResponse.SerializeToString,
    )
    service, method = METHOD.strip("/").split("/")
    server = grpc.server(ThreadPoolExecutor(max_workers=2))
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(service, {method: handler}),)
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port, spans
    finally:
        server.stop(grace=1).wait()


_SHOWN = (
    "http.status_code",
    "http.url",
    "upstream_cluster.name",
    "guid:x-request-id",
    "peer.address",
)


def _spans(request: Any) -> Iterator[Span]:
    for resource in request.resource_spans:
        names = {a.key: a.value.string_value for a in resource.resource.attributes}
        # The installed messages have the field's older name; what is sent is the same.
        for scope in resource.instrumentation_library_spans:
            for span in scope.spans:
                attributes = {a.key: a.value.string_value for a in span.attributes}
                yield Span(
                    service=names.get("service.name", ""),
                    name=span.name,
                    trace=span.trace_id.hex(),
                    parent=span.parent_span_id.hex(),
                    took=(span.end_time_unix_nano - span.start_time_unix_nano) / 1e6,
                    attributes={key: attributes[key] for key in _SHOWN if key in attributes},
                )
