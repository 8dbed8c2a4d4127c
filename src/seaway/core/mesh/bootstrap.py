"""What Envoy starts with: where we are, which statistics it keeps and sends, its limits."""

from __future__ import annotations

from seaway.core.mesh.words import FROM_US, TYPE, Json, seconds

_COUNTED_OF_UPSTREAMS = (
    "upstream_rq_total",
    "upstream_rq_[2345]xx",
    "upstream_rq_time",
    "upstream_cx_(total|active|connect_fail|(rx|tx)_bytes_total)",
    "membership_(total|healthy)",
)
_COUNTED_OF_PORTS = (
    "downstream_rq_(total|[2345]xx)",
    "downstream_cx_(total|active|(rx|tx)_bytes_total)",
)


def bootstrap(
    *, node: str, control: str, admin: str, flush_interval: float, identity: str = ""
) -> Json:
    """Envoy's own settings: where we are, and which statistics to send how often.

    ``control`` and ``admin`` are unix socket paths: ours, and Envoy's administration.
    ``identity`` comes back in the node's metadata, to tell a proxy of ours from another.
    """
    return {
        "node": {"id": node, "cluster": "seaway", "metadata": {"identity": identity}},
        "admin": {"address": {"pipe": {"path": admin, "mode": 0o600}}},
        "static_resources": {"clusters": [_control_cluster(control)]},
        "dynamic_resources": {
            "ads_config": {
                "api_type": "DELTA_GRPC",
                "transport_api_version": "V3",
                "set_node_on_first_message_only": True,
                "grpc_services": [_control_service()],
            },
            "lds_config": FROM_US,
            "cds_config": FROM_US,
        },
        "stats_sinks": [_stats_sink(node)],
        "stats_flush_interval": seconds(flush_interval),
        "stats_config": {
            "use_all_default_tags": False,
            "stats_tags": [
                {"tag_name": "upstream", "regex": r"^cluster\.((purpose=[^.]*)\.)"},
                {"tag_name": "port", "regex": r"^http\.((purpose=[^.]*)\.)"},
            ],
            "stats_matcher": {"inclusion_list": {"patterns": _counted()}},
        },
        "layered_runtime": {
            "layers": [
                {
                    "name": "static",
                    "static_layer": {
                        # AWS allows 128 characters with five wildcards; RE2 programs grow past
                        # Envoy's default of 100 steps. The limits are checked at the API.
                        "re2.max_program_size.error_level": 20000,
                    },
                }
            ]
        },
    }


def _counted() -> list[Json]:
    upstreams = "|".join(_COUNTED_OF_UPSTREAMS)
    ports = "|".join(_COUNTED_OF_PORTS)
    return [
        {"safe_regex": {"regex": rf"cluster\.purpose=(connect|balance);[^.]*\.({upstreams})"}},
        {"safe_regex": {"regex": rf"http\.purpose=balance;[^.]*\.({ports})"}},
        {"prefix": "seaway."},
    ]


def _control_service() -> Json:
    backoff = {"base_interval": "0.1s", "max_interval": "0.5s"}
    return {
        "envoy_grpc": {
            "cluster_name": "seaway",
            "retry_policy": {"retry_back_off": backoff},
        }
    }


def _control_cluster(path: str) -> Json:
    options = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
    endpoint = {"endpoint": {"address": {"pipe": {"path": path}}}}
    return {
        "name": "seaway",
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": {
            "cluster_name": "seaway",
            "endpoints": [{"lb_endpoints": [endpoint]}],
        },
        "typed_extension_protocol_options": {
            options: {
                "@type": TYPE + options,
                "explicit_http_config": {"http2_protocol_options": {}},
            }
        },
    }


# Tells whose numbers a report holds; Envoy's OTLP messages don't.
NODE_HEADER = "x-seaway-node"


def _stats_sink(node: str) -> Json:
    return {
        "name": "envoy.stat_sinks.open_telemetry",
        "typed_config": {
            "@type": TYPE + "envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig",
            "grpc_service": {
                "envoy_grpc": {"cluster_name": "seaway"},
                "initial_metadata": [{"key": NODE_HEADER, "value": node}],
            },
            "report_counters_as_deltas": True,
            "report_histograms_as_deltas": True,
            "emit_tags_as_attributes": True,
            "use_tag_extracted_name": True,
        },
    }
