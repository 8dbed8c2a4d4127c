from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.aws.observing import Observed


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observed]:
    with Observed(Path(tmp_path_factory.mktemp("cloudwatch")), time.time) as up:
        yield up


@pytest.fixture(scope="module")
def cloudwatch(observed: Observed) -> Any:
    return observed.client("cloudwatch")
