from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from seaway.aws import acm
from tests.aws.wired import Wired


@pytest.fixture
def wired() -> Iterator[Wired]:
    found = Wired(acm.operations())
    yield found
    found.close()


@pytest.fixture
def client(wired: Wired) -> Any:
    return wired.client("acm")
