"""Says Tracing in Envoy's words: spans by OTLP, and whose traces go on.

W3C's traceparent is continued and its sampling decision kept; X-Ray's header, when it comes alone,
is made into one. Both are passed on.
"""

from __future__ import annotations

from seaway.core.mesh.accesslog import METADATA
from seaway.core.mesh.proxy import Tracing
from seaway.core.mesh.words import TYPE, Json, fraction


def traced(tracing: Tracing) -> Json:
    """What an HTTP connection manager needs to trace; without it traces just pass through."""
    return {
        "tracing": _tracing(tracing),
        "request_id_extension": _request_ids_as_they_are(),
        "early_header_mutation_extensions": [_traceparent_of_x_ray()],
    }


def _tracing(tracing: Tracing) -> Json:
    """A caller's decision to trace holds; of the others' requests so many percent are traced."""
    provider: Json = {
        "@type": TYPE + "envoy.config.trace.v3.OpenTelemetryConfig",
        "grpc_service": {"envoy_grpc": {"cluster_name": tracing.upstream}},
        "service_name": tracing.service,
        "sampler": _sampler("parent_based", "ParentBased", wrapped_sampler=_share(tracing)),
    }
    way = {"key": METADATA, "path": [{"key": "way"}]}
    return {
        "provider": {"name": "envoy.tracers.opentelemetry", "typed_config": provider},
        "custom_tags": [
            {"tag": "seaway.way", "metadata": {"kind": {"route": {}}, "metadata_key": way}},
            {"tag": "aws.xray.header", "request_header": {"name": "x-amzn-trace-id"}},
        ],
    }


def _share(tracing: Tracing) -> Json:
    percentage = {"sampling_percentage": fraction(tracing.percent)}
    return _sampler("trace_id_ratio_based", "TraceIdRatioBased", **percentage)


def _sampler(name: str, kind: str, **config: Json) -> Json:
    kind = TYPE + f"envoy.extensions.tracers.opentelemetry.samplers.v3.{kind}SamplerConfig"
    name = f"envoy.tracers.opentelemetry.samplers.{name}"
    return {"name": name, "typed_config": {"@type": kind, **config}}


def _request_ids_as_they_are() -> Json:
    """Envoy would write a decision of its own into them, and trace none of another kind."""
    kind = TYPE + "envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig"
    keep = dict.fromkeys(("pack_trace_reason", "use_request_id_for_trace_sampling"), False)
    return {"typed_config": {"@type": kind, **keep}}


# No braces, which mean something in a format, and no large classes: Envoy limits such programs.
_X_RAY = r".*Root=1-(\w+)-(\w+);Parent=(\w+);Sampled=(0|1).*"


def _traceparent_of_x_ray() -> Json:
    """A trace that arrives in X-Ray's header only goes on; the two write the same ids apart.

    Without a decision in it ("Sampled=?", or only a Root, as load balancers add) a trace begins.
    """
    header = "request.headers['x-amzn-trace-id']"
    value = rf"%CEL(re.extract({header}, r'{_X_RAY}', r'00-\1\2-\3-0\4'))%"
    added = {"header": {"key": "traceparent", "value": value}, "append_action": "ADD_IF_ABSENT"}
    kind = TYPE + "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"
    return {
        "name": "envoy.http.early_header_mutation.header_mutation",
        "typed_config": {"@type": kind, "mutations": [{"append": added}]},
    }
