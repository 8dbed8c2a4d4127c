from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.aws.observing import Observed


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observed]:
    with Observed(Path(tmp_path_factory.mktemp("logs")), time.time) as up:
        yield up


@pytest.fixture(scope="module")
def logs(observed: Observed) -> Any:
    return observed.client("logs")


@pytest.fixture
def group(logs: Any, request: pytest.FixtureRequest) -> Iterator[str]:
    """A group of the test's own, gone afterwards."""
    name = f"/test/{request.node.originalname}"
    logs.create_log_group(logGroupName=name)
    yield name
    logs.delete_log_group(logGroupName=name)
