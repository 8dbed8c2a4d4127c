"""What explain, top and tap print, and what they say when they can't."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from seaway.cli.explain import show
from seaway.cli.mesh.tap import line, why
from seaway.cli.mesh.top import view
from tests.cli.calling import seaway, sentence

FLOW: dict[str, Any] = {
    "seconds": 10.0,
    "requests": 12.5,
    "errors": 0.0,
    "retries": 0.0,
    "denied": 0.0,
    "connections": 0.1,
    "failed_connections": 0.0,
    "tls_failures": 0.0,
    "sent": 1200.0,
    "received": 3300.0,
    "latency": [1.24, 9.96, 250.0],
    "causes": {},
}
IDLE = {**FLOW, "requests": 0.0, "connections": 0.0, "sent": 0.0, "received": 0.0, "latency": []}
LABELS = {
    "purpose": "connect",
    "cluster": "pets",
    "service": "web",
    "discovery_name": "cats",
    "target_service": "cats",
    "protocol": "http",
}
TAPPED = {
    "at": "2026-11-22T18:43:08.623Z",
    "caller": "web",
    "target": "cats",
    "target_service": "cats",
    "protocol": "HTTP/1.1",
    "method": "GET",
    "path": "/cats/?1",
    "status": 200,
    "flags": "",
    "milliseconds": 3,
    "upstream": "10.0.1.6:80",
    "attempts": 1,
    "received": 0,
    "sent": 612,
}


def an_edge(flow: dict[str, Any] = FLOW, **fields: Any) -> dict[str, Any]:
    edge = {"labels": LABELS, "connections": 4, "targets": 2, "healthy": 2}
    return {**edge, "last_10s": flow, "last_60s": flow, **fields}


def printed(what: object, width: int = 120) -> list[str]:
    console = Console(width=width, color_system=None)
    with console.capture() as captured:
        console.print(what)
    return [text.rstrip() for text in captured.get().splitlines()]


def row(flow: dict[str, Any] = FLOW, **fields: Any) -> list[str]:
    """The one edge's cells."""
    return printed(view({"edges": [an_edge(flow, **fields)]}, "last_10s"))[-1].split()


# top


def test_top_shows_rates_latency_and_what_is_open() -> None:
    heading, names, _ = printed(view({"edges": [an_edge()]}, "last_10s"))
    assert heading == "Rates of the last 10 seconds"
    assert names.split()[:5] == ["caller", "target", "req/s", "errors", "retries/s"]
    times = ["1.2", "ms", "10.0", "ms", "250", "ms"]
    assert row() == ["web", "cats", "12.5", "–", "–", *times, "4", "4.5", "kB", "2"]


def test_top_shows_errors_as_a_share_and_calls_that_were_turned_away() -> None:
    assert row({**FLOW, "errors": 2.5})[3:5] == ["20.0", "%"]
    assert row({**FLOW, "denied": 3.0})[3:5] == ["3.0/s", "denied"]
    assert row({**IDLE, "connections": 2.0, "failed_connections": 2.0})[3:5] == ["2.0/s", "failed"]


def test_top_leaves_out_who_has_not_called_unless_it_is_asked_for_all() -> None:
    idle = {"edges": [an_edge(IDLE, connections=0)]}
    (said,) = printed(view(idle, "last_10s"), 200)
    assert said.startswith("No service has called another one in the last minute")
    assert printed(view(idle, "last_10s", idle=True))[-1].split()[:3] == ["web", "cats", "0.0"]


def test_top_has_no_requests_of_tcp_and_names_load_balancers_by_their_own_name() -> None:
    assert row(labels={**LABELS, "protocol": "tcp"})[2] == "–"
    labels = {"load_balancer": "app/door/1", "target_group": "targetgroup/cats/2"}
    assert row(labels=labels)[:2] == ["door", "cats"]


# tap


def test_tap_shows_a_request_in_one_line() -> None:
    assert line(TAPPED).plain == "18:43:08.623 web → cats  GET /cats/?1  200  3 ms  10.0.1.6:80"


def test_tap_says_in_words_why_the_proxy_answered_itself() -> None:
    failed = line({**TAPPED, "status": 503, "flags": "UF,URX", "upstream": "", "attempts": 3}).plain
    assert failed.endswith(
        "503  3 ms  3 tries  no connection to the target (UF), no retry left (URX)"
    )
    assert why("XX") == "XX"


def test_tap_shows_a_connection_by_its_bytes() -> None:
    tcp = {**TAPPED, "status": None, "method": "", "protocol": "TCP", "received": 5}
    assert "TCP 5 B in, 612 B out" in line(tcp).plain


# explain

EXPLAINED = {
    "caller": "web",
    "target": "cats",
    "standing": "broken",
    "diagnosis": "Service cats has no running task. It wants 0 tasks: aws ecs update-service",
    "steps": [
        {"name": "caller", "standing": "ok", "sentence": "Service web runs.", "cure": ""},
        {"name": "target", "standing": "broken", "sentence": "Word " * 12, "cure": "Do it."},
    ],
}


def test_explain_shows_the_steps_and_under_them_what_to_do() -> None:
    console = Console(width=60, color_system=None)
    with console.capture() as captured:
        show(EXPLAINED, console)
    lines = captured.get().splitlines()
    assert lines[0] == "✓  caller  Service web runs."
    assert lines[1].startswith("✗  target  Word Word")
    assert lines[2].startswith("           Word"), "a long sentence stays in its column"
    assert lines[-1] == EXPLAINED["diagnosis"], "a command in it can be copied"


# When there is nobody to ask


@pytest.mark.parametrize(
    "command",
    [("explain", "web", "cats"), ("mesh", "top"), ("mesh", "tap"), ("mesh", "explain", "a", "b")],
)
def test_without_seaway_the_way_to_start_it_is_said(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    said = sentence(seaway(*command, "--data-dir", tmp_path))
    assert said == f"Seaway is down (data directory {tmp_path}): seaway up --detach"


class Answering(BaseHTTPRequestHandler):
    """Answers every question as a Seaway would, and nothing else."""

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        status, body = 200, json.dumps(EXPLAINED)
        if path.endswith("/tap"):
            body = f"{json.dumps(TAPPED)}\n" * 3
            if "status=9xx" in query:
                status, body = 400, json.dumps({"error": '"9xx" is no status.'})
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def answering() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_broken_way_ends_with_one_so_that_scripts_can_wait(answering: str) -> None:
    done = seaway("explain", "web", "cats", AWS_ENDPOINT_URL=answering)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == EXPLAINED["diagnosis"]
    done = seaway("explain", "web", "cats", "--json", AWS_ENDPOINT_URL=answering)
    assert json.loads(done.stdout) == EXPLAINED


def test_tap_ends_after_so_many(answering: str) -> None:
    done = seaway("mesh", "tap", "--count", "2", AWS_ENDPOINT_URL=answering)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 2)
    done = seaway("mesh", "tap", "--json", AWS_ENDPOINT_URL=answering)
    assert done.returncode == 1, "Seaway ended it"
    assert [json.loads(text) for text in done.stdout.splitlines()] == [TAPPED] * 3


def test_what_seaway_says_is_wrong_is_said(answering: str) -> None:
    done = seaway("mesh", "tap", "--status", "9xx", AWS_ENDPOINT_URL=answering)
    assert sentence(done) == '"9xx" is no status.'


def test_nobody_at_the_address_is_said() -> None:
    said = sentence(seaway("mesh", "top", AWS_ENDPOINT_URL="http://127.0.0.1:9"))
    assert said.startswith("Seaway does not answer at http://127.0.0.1:9")
