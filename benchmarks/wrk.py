"""wrk as the load generator: one request again and again, figures exact to the microsecond."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import CannotMeasure

# wrk itself rounds what it prints.
_DONE = """\
done = function(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format("FIGURES %d %d %d %d %d\\n", summary.requests, summary.duration,
        latency:percentile(50), latency:percentile(99),
        errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What one run came to; latencies in microseconds."""

    requests: int
    seconds: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


@dataclass(frozen=True, slots=True)
class Post:
    """A request with a body; without one, wrk sends GET."""

    headers: Mapping[str, str]
    body: str


def script(path: Path, post: Post | None = None) -> Path:
    """A file that tells wrk what to send and to print the figures."""
    lines = []
    if post is not None:
        lines = ['wrk.method = "POST"', f"wrk.body = {_quoted(post.body)}"]
        lines += [f"wrk.headers[{_quoted(k)}] = {_quoted(v)}" for k, v in post.headers.items()]
    path.write_text("\n".join([*lines, _DONE]))
    return path


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def words(wrk: Sequence[str], file: Path, url: str, connections: int, seconds: float) -> list[str]:
    """The command for one run of at least a second."""
    lasting = f"-d{max(1, round(seconds))}s"
    return [*wrk, "-t1", f"-c{connections}", lasting, "-s", str(file), url]


def figures(said: str) -> Load:
    """What wrk printed. Raises CannotMeasure when there were errors, or nothing at all."""
    for line in said.splitlines():
        if line.startswith("FIGURES"):
            requests, lasted, p50, p99, errors = map(int, line.split()[1:])
            if errors or not requests:
                raise CannotMeasure(f"{errors} errors in {requests} requests")
            return Load(requests, lasted / 1e6, p50, p99)
    raise CannotMeasure(f"wrk said nothing of use: {said[-500:]}")


def run(command: Sequence[str]) -> Load:
    """Run it and wait."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return figures(done.stdout + done.stderr)
