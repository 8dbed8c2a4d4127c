"""What Envoy starts with: where we are, which statistics it keeps and sends, its limits."""

from __future__ import annotations

from seaway.core.mesh.words import FROM_US, TYPE, Json, seconds

EJECTION_LOG = "ejections.log"
"""The file, in the directory Envoy runs in, of what outlier detection does."""

_FAILED_HANDSHAKES = r"ssl\.(connection_error|fail_verify_(no_cert|error|san))"
_COUNTED_OF_UPSTREAMS = (
    "upstream_rq_total",
    "upstream_rq_[2345]xx",
    r"retry\.upstream_rq_[45]xx",
    "upstream_rq_time",
    _FAILED_HANDSHAKES,
    "upstream_cx_(total|active|connect_fail|(rx|tx)_bytes_total)",
    "membership_(total|healthy)",
)
_COUNTED_OF_PORTS = (
    "downstream_rq_(total|[2345]xx)",
    "downstream_cx_(total|active|(rx|tx)_bytes_total)",
)
_COUNTED_OF_FLOWS = (
    r"tcp\.purpose=balance;[^.]*\.downstream_cx_(total|(rx|tx)_bytes_total)",
    r"udp\.purpose=balance;[^.]*\.downstream_sess_(total|active|(rx|tx)_bytes)",
)
_TIMES = [
    *(0.5, 1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 75),
    *(100, 150, 200, 300, 500, 750, 1000, 2000, 3000, 5000, 10000, 15000, 30000, 60000, 300000),
]
"""Milliseconds up to which times are counted together: finer than Envoy's own, which know nothing
between 1 and 5, where most calls to the next container are."""


def bootstrap(
    *, node: str, control: str, admin: str, flush_interval: float, identity: str = ""
) -> Json:
    """Envoy's own settings: where we are, and which statistics to send how often.

    ``control`` and ``admin`` are unix socket paths: ours, and Envoy's administration.
    ``identity`` comes back in the node's metadata, to tell a proxy of ours from another.
    """
    return {
        "node": {"id": node, "metadata": {"identity": identity}},
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
        # Most callers call few of the names they know. What they don't call takes no memory in the
        # workers, and has no statistics, until they do.
        "cluster_manager": {
            "enable_deferred_cluster_creation": True,
            # Which endpoints it leaves alone for failing, a line for each time.
            "outlier_detection": {"event_log_path": EJECTION_LOG},
        },
        "deferred_stat_options": {"enable_deferred_creation_stats": True},
        "bootstrap_extensions": [_internal_listeners()],
        "stats_sinks": [_stats_sink(node)],
        "stats_flush_interval": seconds(flush_interval),
        "stats_config": {
            "use_all_default_tags": False,
            "stats_tags": [
                {"tag_name": "upstream", "regex": r"^cluster\.((purpose=[^.]*)\.)"},
                {"tag_name": "port", "regex": r"^(?:http|listener|tcp|udp)\.((purpose=[^.]*)\.)"},
            ],
            "stats_matcher": {"inclusion_list": {"patterns": _counted()}},
            "histogram_bucket_settings": [{"match": {"suffix": "_time"}, "buckets": _TIMES}],
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
                },
                # What somebody switches on while it runs: the tap.
                {"name": "admin", "admin_layer": {}},
            ]
        },
    }


def _counted() -> list[Json]:
    upstreams = "|".join(_COUNTED_OF_UPSTREAMS)
    ports = "|".join(_COUNTED_OF_PORTS)
    return [
        {"safe_regex": {"regex": rf"cluster\.purpose=(connect|balance);[^.]*\.({upstreams})"}},
        {"safe_regex": {"regex": rf"http\.purpose=balance;[^.]*\.({ports})"}},
        {
            "safe_regex": {
                "regex": rf"listener\.purpose=(ingress|balance);[^.]*\.{_FAILED_HANDSHAKES}"
            }
        },
        *({"safe_regex": {"regex": regex}} for regex in _COUNTED_OF_FLOWS),
        {"prefix": "seaway."},
    ]


def _internal_listeners() -> Json:
    """Lets a proxy connect to itself: how it leads to other hosts (tunnels.py)."""
    kind = TYPE + "envoy.extensions.bootstrap.internal_listener.v3.InternalListener"
    return {"name": "envoy.bootstrap.internal_listener", "typed_config": {"@type": kind}}


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
