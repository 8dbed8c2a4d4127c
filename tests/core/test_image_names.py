from __future__ import annotations

import pytest

from seaway.core.image_names import found, is_kept, kept, repository_of
from seaway.core.task import Container
from tests.builders import a_container

ECR = "000000000000.dkr.ecr.us-east-1.amazonaws.com/cats"


@pytest.mark.parametrize(
    ("name", "repository"),
    [
        ("cats", "cats"),
        ("cats:1", "cats"),
        ("cats@sha256:1", "cats"),
        ("localhost:5000/cats", "localhost:5000/cats"),
        ("localhost:5000/cats:1", "localhost:5000/cats"),
        ("localhost:5000/big/cats:1", "localhost:5000/big/cats"),
        (f"{ECR}:latest@sha256:1", ECR),
    ],
)
def test_a_repository_is_the_name_without_tag_and_digest(name: str, repository: str) -> None:
    assert repository_of(name) == repository


@pytest.mark.parametrize(
    ("image", "said", "is_so"),
    [
        (f"{ECR}:1", None, True),
        (f"{ECR}:1", "disabled", False),
        (f"{ECR}@sha256:1", None, False),
        ("cats:1", None, False),
        ("team/cats:1", None, False),
        ("cats:1", "enabled", True),
    ],
)
def test_versions_are_kept_as_on_aws_where_there_is_a_registry(
    image: str, said: str | None, is_so: bool
) -> None:
    assert is_kept(a_container(image=image, version_consistency=said)) is is_so


def test_a_kept_image_is_told_by_its_digest_once_that_is_known() -> None:
    container = a_container(image=f"{ECR}:1")
    assert kept(container, ()) is container
    assert kept(container, [(container.name, "sha256:1")]).image == f"{ECR}@sha256:1"


def test_what_the_first_task_found_stays() -> None:
    first = found((), [Container(name="web", image_digest="sha256:1"), Container(name="side")])
    assert first == (("web", "sha256:1"),)
    later = [
        Container(name="web", image_digest="sha256:2"),
        Container(name="side", image_digest="sha256:3"),
    ]
    assert found(first, later) == (("web", "sha256:1"), ("side", "sha256:3"))
