"""What can be set, where it is read from, and what it is when nobody says anything."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path

DEFAULT_PORT = 4566
DEFAULT_BIND = "127.0.0.1"
DEFAULT_DNS_PORT = 8653
DEFAULT_WARM_PAUSES = 4
MOST_WARM_PAUSES = 100

LONGEST_SOCKET_PATH = 100
"""Bytes; the kernel takes unix socket paths of at most 107."""


Where = tuple[str, int]
"""An IPv4 address and a port."""


class SettingsError(Exception):
    """A setting that can't be used; the message is one sentence that says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How one Seaway runs. ``data_dir`` holds everything it must remember."""

    data_dir: Path
    bind: str = DEFAULT_BIND
    port: int = DEFAULT_PORT
    account: str = "000000000000"
    region: str = "us-east-1"
    gateway: Where | None = None
    """Where HTTP calls to every Service Connect endpoint are taken, by the name in Host."""
    collector: Where | None = None
    """Who takes traces (OTLP by gRPC)."""
    lambda_endpoint: str | None = None
    """The URL of another Lambda, which is called for functions that are not here."""
    dns_port: int = DEFAULT_DNS_PORT
    """Where the machine's own programs ask for names, on its loopback; 0 = nowhere."""
    warm_pauses: int = DEFAULT_WARM_PAUSES
    """How many network namespaces are kept ready for tasks to come."""

    @property
    def database(self) -> Path:
        """The store's file."""
        return self.data_dir / "seaway.db"

    @property
    def series(self) -> Path:
        """The file of log events and metric points."""
        return self.data_dir / "series.db"

    @property
    def pid_file(self) -> Path:
        """Held locked by the running control plane, with its process id inside."""
        return self.data_dir / "seaway.pid"

    @property
    def log_file(self) -> Path:
        """Where a detached control plane writes its log."""
        return self.data_dir / "seaway.log"

    @property
    def proxy_dir(self) -> Path:
        """The host proxy's own directory."""
        return self.data_dir / "proxy"

    @property
    def control_socket(self) -> Path:
        """Where the host proxy asks for its configuration."""
        return self.proxy_dir / "control.sock"

    @property
    def tasks_socket(self) -> Path:
        """Where requests to the API that come from inside tasks are taken."""
        return self.agent_dir / "tasks.sock"

    @property
    def registry_dir(self) -> Path:
        """Image layers, by digest."""
        return self.data_dir / "registry"

    @property
    def objects_dir(self) -> Path:
        """The bytes of S3's objects."""
        return self.data_dir / "objects"

    @property
    def agent_dir(self) -> Path:
        """The agent's own: hosts files and how far each log was read."""
        return self.data_dir / "agent"

    @property
    def dns_dir(self) -> Path:
        """The name server's own: what it answers, and its log."""
        return self.data_dir / "dns"

    @property
    def url(self) -> str:
        """The endpoint clients are pointed at."""
        return f"http://{self.bind}:{self.port}"


def settings_from(
    environment: Mapping[str, str],
    *,
    data_dir: Path | None = None,
    port: int | None = None,
    gateway: str | None = None,
    lambda_endpoint: str | None = None,
) -> Settings:
    """The settings of the command line, else of the environment, else the defaults.

    SEAWAY_DATA_DIR, SEAWAY_PORT, SEAWAY_ACCOUNT_ID, SEAWAY_GATEWAY, SEAWAY_OTLP,
    SEAWAY_DNS_PORT, SEAWAY_LAMBDA_ENDPOINT, SEAWAY_WARM_PAUSES. Raises SettingsError.
    """
    directory = data_dir or Path(environment.get("SEAWAY_DATA_DIR") or _default_directory())
    directory = directory.expanduser().absolute()
    settings = Settings(
        data_dir=directory,
        port=port if port is not None else _port(environment.get("SEAWAY_PORT")),
        account=environment.get("SEAWAY_ACCOUNT_ID") or "000000000000",
        gateway=_where("SEAWAY_GATEWAY", gateway or environment.get("SEAWAY_GATEWAY")),
        collector=_where("SEAWAY_OTLP", environment.get("SEAWAY_OTLP")),
        dns_port=_dns_port(environment.get("SEAWAY_DNS_PORT")),
        warm_pauses=_warm_pauses(environment.get("SEAWAY_WARM_PAUSES")),
        lambda_endpoint=_url(lambda_endpoint or environment.get("SEAWAY_LAMBDA_ENDPOINT")),
    )
    if len(os.fsencode(settings.control_socket)) > LONGEST_SOCKET_PATH:
        raise SettingsError(
            f"The data directory {directory} has too long a path for the sockets in it: "
            "choose a shorter one with --data-dir."
        )
    return settings


def _port(text: str | None) -> int:
    if not text:
        return DEFAULT_PORT
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise SettingsError(f"SEAWAY_PORT is {text!r}: it has to be a port number.")
    return int(text)


def _dns_port(text: str | None) -> int:
    if not text:
        return DEFAULT_DNS_PORT
    if not text.isdigit() or int(text) >= 65536:
        raise SettingsError(f"SEAWAY_DNS_PORT is {text!r}: it has to be a port number, or 0.")
    return int(text)


def _warm_pauses(text: str | None) -> int:
    if not text:
        return DEFAULT_WARM_PAUSES
    if not text.isdigit() or int(text) > MOST_WARM_PAUSES:
        raise SettingsError(
            f"SEAWAY_WARM_PAUSES is {text!r}: it has to be a number from 0 to {MOST_WARM_PAUSES}."
        )
    return int(text)


def _url(text: str | None) -> str | None:
    if text and not text.startswith(("http://", "https://")):
        raise SettingsError(
            f"SEAWAY_LAMBDA_ENDPOINT is {text!r}: it has to be a URL, as in http://127.0.0.1:5000."
        )
    return text or None


def _where(setting: str, text: str | None) -> Where | None:
    """``address:port``; no name but localhost, since the proxy looks none up."""
    if not text:
        return None
    host, _, port = text.rpartition(":")
    address = "127.0.0.1" if host == "localhost" else host
    try:
        IPv4Address(address)
    except AddressValueError:
        port = ""
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise SettingsError(
            f"{setting} is {text!r}: it has to be an IPv4 address and a port, as in 127.0.0.1:8080."
        )
    return address, int(port)


def _default_directory() -> str:
    return "/var/lib/seaway" if os.geteuid() == 0 else "~/.local/share/seaway"
