"""Says a Redirect in Envoy's words (elbv2 RedirectActionConfig)."""

from __future__ import annotations

import re

from seaway.core.mesh.proxy import Redirect
from seaway.core.mesh.words import Json

_ASKED = re.compile(r"#\{(protocol|host|port|path|query)\}")


def redirected(redirect: Redirect) -> Json:
    """A redirect of whole or literal parts is Envoy's own; other mixtures are a Location header.

    AWS's ``#{path}`` has no leading slash, ``#{query}`` no question mark.
    """
    if not _is_plain(redirect):
        return _templated_redirect(redirect)
    body: Json = {"response_code": "MOVED_PERMANENTLY" if redirect.status == 301 else "FOUND"}
    if redirect.protocol != "#{protocol}":
        body["scheme_redirect"] = redirect.protocol.lower()
    if redirect.host != "#{host}":
        body["host_redirect"] = redirect.host
    if redirect.port != "#{port}":
        body["port_redirect"] = int(redirect.port)
    if redirect.query != "#{query}":
        body["strip_query"] = True
    literal = "" if redirect.query == "#{query}" else redirect.query
    if "#{path}" not in redirect.path:
        body["path_redirect"] = _with_query(redirect.path, literal)
    elif redirect.path != "/#{path}":
        rewritten = redirect.path.replace("\\", "\\\\").replace("#{path}", "\\1")
        body["regex_rewrite"] = {"pattern": {"regex": "^/(.*)$"}, "substitution": rewritten}
    return {"redirect": body}


def _is_plain(redirect: Redirect) -> bool:
    for part, whole in ((redirect.protocol, "#{protocol}"), (redirect.host, "#{host}")):
        if _ASKED.search(part) and part != whole:
            return False
    if _ASKED.search(redirect.port) and redirect.port != "#{port}":
        return False
    if _ASKED.search(redirect.query) and redirect.query != "#{query}":
        return False
    asked = set(_ASKED.findall(redirect.path))
    # Envoy cannot rewrite the path and put another query behind it.
    return not asked or (asked == {"path"} and redirect.query in ("", "#{query}"))


_FORMATS = {
    "protocol": "%REQ(x-forwarded-proto)%",
    "host": "%REQUESTED_SERVER_NAME(HOST_FIRST:HOST)%",
    "port": "%DOWNSTREAM_LOCAL_PORT%",
    "path": "%PATH(NQ:PATH)%",
    "query": "%QUERY_PARAMS(ORIG)%",
}


def _templated_redirect(redirect: Redirect) -> Json:
    """Envoy fills a Location header in. ``#{host}`` keeps a port here that the Host header has."""
    path = _with_query(redirect.path, redirect.query)
    location = f"{redirect.protocol}://{redirect.host}:{redirect.port}{path}"
    # %PATH% begins with the slash that AWS has outside of #{path}.
    location = location.replace("%", "%%").replace("/#{path}", "#{path}")
    value = _ASKED.sub(lambda found: _FORMATS[found.group(1)], location)
    value = re.sub(r"^(HTTPS?)", lambda found: found.group(1).lower(), value)
    header = {"header": {"key": "location", "value": value}}
    return {
        "direct_response": {"status": redirect.status},
        "response_headers_to_add": [header | {"append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}],
    }


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path
