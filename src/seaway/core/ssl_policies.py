"""Security policies of HTTPS and TLS listeners: which versions and ciphers a client may speak.

Source: Application Load Balancers guide, "Security policies". Ciphers are OpenSSL's names.
"""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT = "ELBSecurityPolicy-2016-08"
"""What CreateListener takes when nobody says anything (the console takes another)."""

_13 = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256")
_GCM = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
)
_CBC = (
    "ECDHE-ECDSA-AES128-SHA256",
    "ECDHE-RSA-AES128-SHA256",
    "ECDHE-ECDSA-AES256-SHA384",
    "ECDHE-RSA-AES256-SHA384",
)
_SHA = (
    "ECDHE-ECDSA-AES128-SHA",
    "ECDHE-RSA-AES128-SHA",
    "ECDHE-RSA-AES256-SHA",
    "ECDHE-ECDSA-AES256-SHA",
)
_RSA = ("AES128-GCM-SHA256", "AES128-SHA256", "AES256-GCM-SHA384", "AES256-SHA256")
_RSA_SHA = ("AES128-SHA", "AES256-SHA")
_OF_THE_PROXY = frozenset((*_GCM, *_SHA, "AES128-GCM-SHA256", "AES256-GCM-SHA384", *_RSA_SHA))
"""The proxy's library has no CBC ciphers with SHA-256 or SHA-384; the others go on without them."""

_VERSIONS = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")


@dataclass(frozen=True, slots=True, kw_only=True)
class SslPolicy:
    """A policy's protocols, oldest first, and its ciphers in order of preference."""

    name: str
    protocols: tuple[str, ...]
    ciphers: tuple[str, ...]

    @property
    def oldest(self) -> str:
        """The oldest version, in the proxy's words."""
        return _in_the_proxys_words(self.protocols[0])

    @property
    def newest(self) -> str:
        """The newest version, in the proxy's words."""
        return _in_the_proxys_words(self.protocols[-1])

    @property
    def proxy_ciphers(self) -> tuple[str, ...]:
        """Those of TLS 1.2 and older that the proxy has; 1.3's are not chosen."""
        return tuple(cipher for cipher in self.ciphers if cipher in _OF_THE_PROXY)


def _in_the_proxys_words(version: str) -> str:
    return "TLSv1_0" if version == "TLSv1" else version.replace(".", "_")


def _policy(name: str, oldest: str, newest: str, *ciphers: tuple[str, ...]) -> SslPolicy:
    first, last = _VERSIONS.index(oldest), _VERSIONS.index(newest)
    known = tuple(cipher for group in ciphers for cipher in group)
    return SslPolicy(
        name=f"ELBSecurityPolicy-{name}", protocols=_VERSIONS[first : last + 1], ciphers=known
    )


_ALL = (_GCM, _CBC, _SHA, _RSA, _RSA_SHA)

POLICIES = {
    policy.name: policy
    for policy in (
        _policy("2016-08", "TLSv1", "TLSv1.2", *_ALL),
        _policy("TLS13-1-3-2021-06", "TLSv1.3", "TLSv1.3", _13),
        _policy("TLS13-1-2-Res-2021-06", "TLSv1.2", "TLSv1.3", _13, _GCM),
        _policy("TLS13-1-2-2021-06", "TLSv1.2", "TLSv1.3", _13, _GCM, _CBC),
        _policy("TLS13-1-2-Ext1-2021-06", "TLSv1.2", "TLSv1.3", _13, _GCM, _CBC, _RSA),
        _policy("TLS13-1-2-Ext2-2021-06", "TLSv1.2", "TLSv1.3", _13, *_ALL),
        _policy("TLS13-1-1-2021-06", "TLSv1.1", "TLSv1.3", _13, *_ALL),
        _policy("TLS13-1-0-2021-06", "TLSv1", "TLSv1.3", _13, *_ALL),
        _policy("TLS-1-2-Ext-2018-06", "TLSv1.2", "TLSv1.2", *_ALL),
        _policy("TLS-1-2-2017-01", "TLSv1.2", "TLSv1.2", _GCM, _CBC, _RSA),
        _policy("TLS-1-1-2017-01", "TLSv1.1", "TLSv1.2", *_ALL),
        _policy("FS-1-2-Res-2020-10", "TLSv1.2", "TLSv1.2", _GCM),
        _policy("FS-1-2-Res-2019-08", "TLSv1.2", "TLSv1.2", _GCM, _CBC),
        _policy("FS-1-2-2019-08", "TLSv1.2", "TLSv1.2", _GCM, _CBC, _SHA),
        _policy("FS-1-1-2019-08", "TLSv1.1", "TLSv1.2", _GCM, _CBC, _SHA),
        _policy("FS-2018-06", "TLSv1", "TLSv1.2", _GCM, _CBC, _SHA),
    )
}
"""The policies there are, by name."""

ALPN = {
    "None": (),
    "HTTP1Only": ("http/1.1",),
    "HTTP2Only": ("h2",),
    "HTTP2Optional": ("http/1.1", "h2"),
    "HTTP2Preferred": ("h2", "http/1.1"),
}
"""What an ALPN policy of a TLS listener offers, by preference (NLB guide: ALPN policies)."""
