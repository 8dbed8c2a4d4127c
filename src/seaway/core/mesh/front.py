"""What a load balancer's port says beyond where it leads: the TLS it ends, and its manners."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminated:
    """TLS that ends at the port, as a security policy says it (elbv2 ``SslPolicy``).

    ``certificates`` are names of the proxy's secrets: the default, then those chosen by the
    server name a client asks for. ``oldest`` and ``newest`` are Envoy's words for versions
    (TLSv1_2), ``ciphers`` those of TLS 1.2 and older (OpenSSL's names), in order of preference;
    ``protocols`` is what ALPN offers.
    """

    certificates: tuple[str, ...]
    oldest: str = "TLSv1_2"
    newest: str = "TLSv1_3"
    ciphers: tuple[str, ...] = ()
    protocols: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How an application load balancer treats requests and connections (its attributes).

    ``forwarded`` is what becomes of X-Forwarded-For: append, preserve or remove; with
    ``client_port`` what is appended has the client's port. ``keep_alive``: seconds a client's
    connection may last. ``http2``: whether clients may speak it. ``tls_headers`` tells targets
    the version and cipher of TLS. ``strict`` takes headers away whose names have other characters
    than letters, digits and hyphens. ``logged`` writes each request down for the access log.
    """

    forwarded: str = "append"
    client_port: bool = False
    keep_alive: float = 3600
    http2: bool = True
    tls_headers: bool = False
    strict: bool = False
    logged: bool = False
