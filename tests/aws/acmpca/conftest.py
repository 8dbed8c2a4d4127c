from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from seaway.aws import acmpca
from tests.aws.wired import Wired


@pytest.fixture
def wired() -> Iterator[Wired]:
    found = Wired(acmpca.operations())
    yield found
    found.close()


@pytest.fixture
def pca(wired: Wired) -> Any:
    return wired.client("acm-pca")
