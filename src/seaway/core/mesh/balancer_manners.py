"""Says in Envoy's words how an application load balancer treats requests and connections."""

from __future__ import annotations

from seaway.core.mesh.front import Manners
from seaway.core.mesh.proxy import Port
from seaway.core.mesh.words import TYPE, Json, seconds

# What a reply Envoy made itself turns into on a load balancer: flags of the cause, AWS's status.
# A target that refuses or breaks the connection is a bad gateway to AWS, a 503 to Envoy.
_BALANCER_REPLIES = (
    (("UH", "NC", "UO"), 503, "503 Service Temporarily Unavailable"),
    (("UT", "SI"), 504, "504 Gateway Time-out"),
    (("UF", "UC", "UR", "LR", "UPE"), 502, "502 Bad Gateway"),
)

_FORWARDED = "x-forwarded-for"
_INVALID = ".*[^-A-Za-z0-9:].*"
"""Names of headers that an ALB drops when asked to (attribute: drop_invalid_header_fields)."""
_TLS_HEADERS = {
    "x-amzn-tls-version": "%DOWNSTREAM_TLS_VERSION%",
    "x-amzn-tls-cipher-suite": "%DOWNSTREAM_TLS_CIPHER%",
}


def connections_of(port: Port) -> Json:
    """How long a client's connection may last (elbv2 ``client_keep_alive.seconds``).

    A request under way ends first, and HTTP/1 clients are told to close: none is lost.
    """
    if port.manners is None:
        return {}
    return {"max_connection_duration": seconds(port.manners.keep_alive)}


def balancer_manners(port: Port) -> Json:
    """An ALB adds X-Forwarded-For, -Proto and -Port and keeps the target's Server header."""
    manners = port.manners or Manners()
    plain = manners.forwarded == "append" and not manners.client_port
    told: Json = {
        "use_remote_address": True,
        "append_x_forwarded_port": True,
        "generate_request_id": False,
        "server_name": "awselb/2.0",
        "server_header_transformation": "APPEND_IF_ABSENT",
        "http_protocol_options": {"accept_http_10": True, "default_host_for_http_10": port.address},
        "local_reply_config": {"mappers": [_balancer_reply(*r) for r in _BALANCER_REPLIES]},
    }
    if not plain:
        told["skip_xff_append"] = True
    if port.manners is not None:
        told["http1_safe_max_connection_duration"] = True
    mutations = [*_forwarded(manners), *(_tls_headers() if manners.tls_headers else ())]
    if manners.strict:
        mutations.append({"remove_on_match": {"key_matcher": {"safe_regex": {"regex": _INVALID}}}})
    if mutations:
        kind = "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"
        told["early_header_mutation_extensions"] = [
            {
                "name": "envoy.http.early_header_mutation.header_mutation",
                "typed_config": {"@type": TYPE + kind, "mutations": mutations},
            }
        ]
    return told


def _forwarded(manners: Manners) -> list[Json]:
    """What becomes of X-Forwarded-For where Envoy's own way is not AWS's."""
    match manners.forwarded:
        case "remove":
            return [{"remove": _FORWARDED}]
        case "append" if manners.client_port:
            return [
                _header(_FORWARDED, "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS%", "APPEND_IF_EXISTS_OR_ADD")
            ]
    return []


def _tls_headers() -> list[Json]:
    overwrite = "OVERWRITE_IF_EXISTS_OR_ADD"
    return [_header(name, value, overwrite) for name, value in _TLS_HEADERS.items()]


def _header(name: str, value: str, how: str) -> Json:
    return {"append": {"header": {"key": name, "value": value}, "append_action": how}}


def _balancer_reply(flags: tuple[str, ...], status: int, title: str) -> Json:
    page = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    )
    return {
        "filter": {"response_flag_filter": {"flags": list(flags)}},
        "status_code": status,
        "body": {"inline_string": page},
        "body_format_override": {
            "text_format_source": {"inline_string": "%LOCAL_REPLY_BODY%"},
            "content_type": "text/html",
        },
    }
