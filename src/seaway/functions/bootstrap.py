"""What a function's process runs: loads the handler, then answers one event after the other.

Stands alone, on any Python 3 of the machine: nothing but the standard library is imported.
Arguments: the number of the inherited socket, MiB of memory, where boto3 is ("" for nowhere).
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import socket
import sys
import time
import traceback
from typing import Any


class _Identity:
    cognito_identity_id = None
    cognito_identity_pool_id = None


class Context:
    """What a handler is told of the call (Lambda guide: the Python context object)."""

    client_context = None
    identity = _Identity()

    def __init__(self, request: dict[str, Any]) -> None:
        self.aws_request_id = request["id"]
        self.invoked_function_arn = request["arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._deadline = time.monotonic() + request["seconds"]

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the call is given up."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


def failure(error: BaseException, kind: str = "", text: str | None = None) -> dict[str, Any]:
    """An exception as Lambda tells of it."""
    frames = traceback.format_tb(error.__traceback__)
    return {
        "errorMessage": text if text is not None else str(error),
        "errorType": kind or type(error).__name__,
        "stackTrace": [frame for frame in frames if __file__ not in frame],
    }


def load(name: str) -> tuple[Any, dict[str, Any] | None]:
    """The handler of ``module.function``, and what was wrong with it (one of them None)."""
    try:
        module_name, function_name = name.rsplit(".", 1)
    except ValueError:
        text = f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)"
        return None, {
            "errorMessage": text,
            "errorType": "Runtime.MalformedHandlerName",
            "stackTrace": [],
        }
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        text = f"Unable to import module '{module_name}': {error}"
        return None, failure(error, "Runtime.ImportModuleError", text)
    except SyntaxError as error:
        text = f"Syntax error in module '{module_name}': {error}"
        return None, failure(error, "Runtime.UserCodeSyntaxError", text)
    except Exception as error:
        return None, failure(error)
    handler = getattr(module, function_name, None)
    if handler is None:
        return None, {
            "errorMessage": f"Handler '{function_name}' missing on module '{module_name}'",
            "errorType": "Runtime.HandlerNotFound",
            "stackTrace": [],
        }
    return handler, None


def answer(
    handler: Any, problem: dict[str, Any] | None, request: dict[str, Any]
) -> tuple[str | None, dict[str, Any] | None]:
    """The answer's JSON text, and what went wrong (one of them None)."""
    if problem is not None:
        return None, problem
    try:
        given = handler(json.loads(request["event"]), Context(request))
    except Exception as error:
        return None, failure(error)
    try:
        return json.dumps(given), None
    except Exception as error:
        text = f"Unable to marshal response: {error}"
        return None, failure(error, "Runtime.MarshalError", text)


def tell(problem: dict[str, Any]) -> None:
    """A problem as a line of the function's log."""
    trace = "".join(problem["stackTrace"])
    text = f"[ERROR] {problem['errorType']}: {problem['errorMessage']}"
    print(f"{text}\nTraceback (most recent call last):\n{trace}" if trace else text)


def flush() -> None:
    """What the function wrote is on its way before the answer is."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()


def main() -> None:
    """Serve until nobody asks any more."""
    wire = socket.socket(fileno=int(sys.argv[1])).makefile("rwb")
    limit = int(sys.argv[2]) * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    if sys.argv[3]:
        sys.path.append(sys.argv[3])
    begun = time.monotonic()
    handler, problem = load(os.environ["_HANDLER"])
    ready = time.monotonic() - begun
    wire.write(json.dumps({"ready": ready}).encode() + b"\n")
    wire.flush()
    for line in wire:
        request = json.loads(line)
        text, wrong = answer(handler, problem, request)
        if wrong is not None:
            wrong["requestId"] = request["id"]
            tell(wrong)
        flush()
        # Everything before this line was written during the call.
        os.write(1, request["mark"].encode() + b"\n")
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        reply = {"text": text, "error": wrong, "memory": used}
        wire.write(json.dumps(reply).encode() + b"\n")
        wire.flush()


if __name__ == "__main__":
    main()
