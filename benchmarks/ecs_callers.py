"""Raw, signed calls of ECS, and callers that make one at a steady rate."""

from __future__ import annotations

import http.client
import json
import threading
import time
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from benchmarks.processes import CannotMeasure

REGION = "us-east-1"

Request = tuple[str, dict[str, str]]
"""A body and its headers."""


class Api:
    """Raw, signed calls of ECS over one kept connection."""

    def __init__(self, port: int) -> None:
        self._where = f"127.0.0.1:{port}"
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def prepared(self, operation: str, **request: Any) -> Request:
        """A call's body and headers."""
        body = json.dumps(request)
        headers = {
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": f"AmazonEC2ContainerServiceV20141113.{operation}",
        }
        asked = AWSRequest("POST", f"http://{self._where}/", headers=headers, data=body)
        SigV4Auth(Credentials("seaway", "seaway"), "ecs", REGION).add_auth(asked)
        return body, dict(asked.headers.items()) | {"Host": self._where}

    def send(self, call: Request) -> dict[str, Any]:
        """Its answer. Raises CannotMeasure when that is none, or not a good one."""
        body, headers = call
        try:
            self._connection.request("POST", "/", body, headers)
            answer = self._connection.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException) as problem:
            raise CannotMeasure(f"a call was not answered: {problem!r}") from problem
        if answer.status != 200:
            raise CannotMeasure(f"a call was answered with {answer.status}: {said!r}")
        found: dict[str, Any] = json.loads(said)
        return found

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def ask(self, operation: str, **request: Any) -> dict[str, Any]:
        """One call. Raises CannotMeasure."""
        return self.send(self.prepared(operation, **request))


class Caller:
    """Asks one thing at a steady rate, on a thread and a connection of its own."""

    def __init__(self, api: Api, call: Request, rate: int, offset: float) -> None:
        self._api, self._call, self._pause, self._offset = api, call, 1 / rate, offset
        self._ended = threading.Event()
        self._failed: CannotMeasure | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.asked: list[tuple[float, float]] = []
        """When each was due (``time.monotonic()``), and milliseconds from then to its answer."""

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """The last answer has come when this returns."""
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join(60)
        self._api.close()

    def between(self, begin: float, end: float) -> list[float]:
        """Milliseconds of the answers due in this time. Raises CannotMeasure."""
        if self._failed is not None:
            raise self._failed
        return [took for due, took in self.asked if begin <= due < end]

    def _run(self) -> None:
        due = time.monotonic() + self._offset * self._pause
        try:
            while not self._ended.wait(max(0.0, due - time.monotonic())):
                self._api.send(self._call)
                self.asked.append((due, (time.monotonic() - due) * 1000))
                due += self._pause
        except CannotMeasure as problem:
            self._failed = problem
