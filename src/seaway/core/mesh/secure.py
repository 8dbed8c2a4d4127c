"""Says Secure and Secret in Envoy's words: TLS 1.3 with certificates that come apart (SDS)."""

from __future__ import annotations

from seaway.core.mesh.front import Terminated
from seaway.core.mesh.proxy import Port, Secret, Secure
from seaway.core.mesh.words import FROM_US, TYPE, Json

_TLS = TYPE + "envoy.extensions.transport_sockets.tls.v3."

TLS_1_3: Json = {
    "tls_minimum_protocol_version": "TLSv1_3",
    "tls_maximum_protocol_version": "TLSv1_3",
}
"""Service Connect speaks nothing older; its three cipher suites are all those of TLS 1.3."""


def secret(told: Secret) -> Json:
    """SDS: a certificate with its key, or the authorities the other side must be signed by."""
    chain = {"inline_string": told.chain}
    if told.key:
        pair = {"certificate_chain": chain, "private_key": {"inline_string": told.key}}
        return {"name": told.name, "tls_certificate": pair}
    return {"name": told.name, "validation_context": {"trusted_ca": chain}}


def secret_names(secure: Secure | None) -> tuple[str, ...]:
    """The secrets Envoy asks for once it has what is secured so."""
    if secure is None:
        return ()
    return tuple(name for name in (secure.certificate, secure.authorities) if name)


def secrets_of_port(port: Port) -> tuple[str, ...]:
    """The secrets Envoy asks for once it has a port's listener."""
    ended = port.terminated.certificates if port.terminated is not None else ()
    return (*secret_names(port.secure), *ended)


def server_side(secure: Secure, protocols: tuple[str, ...] = ()) -> Json:
    """The transport socket of a port; ``protocols`` are what ALPN offers.

    A client must show a certificate if there are authorities to check it by.
    """
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {
            "@type": _TLS + "DownstreamTlsContext",
            "common_tls_context": _common(secure, protocols),
            "require_client_certificate": bool(secure.authorities),
            # A connection that is resumed would pass by a certificate that has been replaced.
            "disable_stateless_session_resumption": True,
            "disable_stateful_session_resumption": True,
        },
    }


def terminating(terminated: Terminated) -> Json:
    """The transport socket of a load balancer's port: Envoy picks the certificate by SNI.

    Sessions may be resumed: clients show no certificate, so there is nothing to pass by.
    """
    params: Json = {
        "tls_minimum_protocol_version": terminated.oldest,
        "tls_maximum_protocol_version": terminated.newest,
    }
    if terminated.ciphers:
        params["cipher_suites"] = list(terminated.ciphers)
    common: Json = {
        "tls_params": params,
        "tls_certificate_sds_secret_configs": [_from_us(n) for n in terminated.certificates],
    }
    if terminated.protocols:
        common["alpn_protocols"] = list(terminated.protocols)
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {"@type": _TLS + "DownstreamTlsContext", "common_tls_context": common},
    }


def unverified(protocols: tuple[str, ...] = ()) -> Json:
    """The transport socket to targets whose certificates nobody looks at (ALB guide: HTTPS)."""
    params = {
        "tls_minimum_protocol_version": "TLSv1_0",
        "tls_maximum_protocol_version": "TLSv1_3",
    }
    common: Json = {"tls_params": params}
    if protocols:
        common["alpn_protocols"] = list(protocols)
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {"@type": _TLS + "UpstreamTlsContext", "common_tls_context": common},
    }


def client_side(secure: Secure, protocols: tuple[str, ...] = ()) -> Json:
    """The transport socket of an upstream."""
    context: Json = {
        "@type": _TLS + "UpstreamTlsContext",
        "common_tls_context": _common(secure, protocols),
        "max_session_keys": 0,
    }
    if secure.server_name:
        context["sni"] = secure.server_name
    return {"name": "envoy.transport_sockets.tls", "typed_config": context}


def _common(secure: Secure, protocols: tuple[str, ...]) -> Json:
    body: Json = {"tls_params": TLS_1_3}
    if protocols:
        body["alpn_protocols"] = list(protocols)
    if secure.certificate:
        body["tls_certificate_sds_secret_configs"] = [_from_us(secure.certificate)]
    if secure.authorities:
        body["combined_validation_context"] = {
            "default_validation_context": {
                "match_typed_subject_alt_names": [_peer(peer) for peer in secure.peers]
            },
            "validation_context_sds_secret_config": _from_us(secure.authorities),
        }
    return body


def _peer(peer: str) -> Json:
    """A SAN the other side may have: a URI if it has a scheme, else a DNS name."""
    kind = "URI" if "://" in peer else "DNS"
    return {"san_type": kind, "matcher": {"exact": peer}}


def _from_us(name: str) -> Json:
    return {"name": name, "sds_config": FROM_US}
