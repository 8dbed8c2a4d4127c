"""Steady requests to kits through both doors while its deployments come and go, counted."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter

from seaway.cli.demo.clients import Aws
from seaway.cli.demo.deployments.kits import KITS, PORT, VERSION_PATH
from seaway.cli.demo.failure import DemoFailed
from seaway.cli.demo.mesh.asking import Caller
from seaway.cli.demo.trial import OUTCOME, Outcome, read_outcome

RATE = 50
"""Requests a second through each door."""
SAMPLE = 100
"""Requests by which it is told who answers."""
AT_ONCE = 10
"""Requests that one call of curl inside web makes; what they came to is known after it."""
TIMEOUT = 5.0
_STARTING = 60.0


class Traffic:
    """Asks until it is told to stop. ``host`` is the load balancer's, ``web`` a task that calls."""

    def __init__(self, host: str, web: Caller) -> None:
        self._host = host
        self._web = web
        self._stop = threading.Event()
        self._kept = threading.Lock()
        self._balanced = Outcome(asked=0, failures=Counter())
        self._connected = Outcome(asked=0, failures=Counter())
        self._broken: list[DemoFailed] = []
        self._threads = [
            threading.Thread(target=self._through_balancer, daemon=True),
            threading.Thread(target=self._through_connect, daemon=True),
        ]

    def __enter__(self) -> Traffic:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(TIMEOUT * 2)

    def told(self) -> tuple[Outcome, Outcome]:
        """What came of the requests so far: through the balancer, through Service Connect.

        Raises DemoFailed when a caller could not go on.
        """
        if self._broken:
            raise self._broken[0]
        with self._kept:
            return self._balanced, self._connected

    def version(self) -> str:
        """What kits says it is, through the load balancer."""
        status, body = _ask(http.client.HTTPConnection(self._host, PORT, timeout=TIMEOUT))
        return body.strip() if status == 200 else f"HTTP {status}"

    def versions(self) -> tuple[Counter[str], Counter[str]]:
        """Who answers now, of so many requests: through the balancer, through Service Connect."""
        balanced = Counter(self.version() for _ in range(SAMPLE))
        url = f"'http://{KITS}{VERSION_PATH}?[1-{SAMPLE}]'"
        return balanced, Counter(self._web.run(f"curl -s --max-time 5 {url}").split())

    def _through_balancer(self) -> None:
        connection = http.client.HTTPConnection(self._host, PORT, timeout=TIMEOUT)
        due = time.monotonic()
        while not self._stop.is_set():
            try:
                status, _ = _ask(connection)
                failure = "" if status == 200 else f"HTTP {status}"
            except (OSError, http.client.HTTPException) as error:
                failure = type(error).__name__
                connection.close()
            with self._kept:
                self._balanced += Outcome(asked=1, failures=Counter([failure] if failure else []))
            due = max(due + 1 / RATE, time.monotonic() - 1)
            self._stop.wait(max(0.0, due - time.monotonic()))

    def _through_connect(self) -> None:
        command = (
            f"curl -s -o /dev/null --rate {RATE}/s --max-time {TIMEOUT:.0f} -w '{OUTCOME}' "
            f"'http://{KITS}{VERSION_PATH}?[1-{AT_ONCE}]'"
        )
        try:
            while not self._stop.is_set():
                told = read_outcome(self._web.run(command).splitlines())
                with self._kept:
                    self._connected += told
        except DemoFailed as failed:
            self._broken.append(failed)


def _ask(connection: http.client.HTTPConnection) -> tuple[int, str]:
    connection.request("GET", VERSION_PATH)
    answer = connection.getresponse()
    return answer.status, answer.read().decode(errors="replace")


def await_answers(host: str, web: Caller) -> None:
    """Both doors lead to kits. Raises DemoFailed."""
    end = time.monotonic() + _STARTING
    while True:
        try:
            status, _ = _ask(http.client.HTTPConnection(host, PORT, timeout=TIMEOUT))
        except (OSError, http.client.HTTPException):
            status = 0
        if status == 200 and web.status(f"http://{KITS}{VERSION_PATH}") == "200":
            return
        if time.monotonic() > end:
            raise DemoFailed(f"{KITS} does not answer (HTTP {status}).")
        time.sleep(0.2)


def host_of(aws: Aws, balancer: str) -> str:
    """An address of a load balancer that programs on this machine reach."""
    found = aws.elbv2.describe_load_balancers(Names=[balancer])["LoadBalancers"][0]
    described = "ELB " + found["LoadBalancerArn"].partition(":loadbalancer/")[2]
    answer = aws.ec2.describe_network_interfaces(
        Filters=[{"Name": "description", "Values": [described]}]
    )
    return str(answer["NetworkInterfaces"][0]["PrivateIpAddress"])
