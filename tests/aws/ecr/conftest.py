"""The ECR API and its registry on a real port, with boto3 as the client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.registry.running import Running


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with Running(Path(tmp_path_factory.mktemp("ecr"))) as up:
        yield up


@pytest.fixture(scope="module")
def ecr(running: Running) -> Any:
    return running.ecr()
