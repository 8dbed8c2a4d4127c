"""Logins, addresses and names at the registry's door."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from seaway.core.registry_token import LIFETIME
from tests.registry.images import push_image
from tests.registry.running import Clock, Running


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def test_without_a_login_the_answer_says_how_to_log_in(registry: Running) -> None:
    for path in ("/v2/", "/v2/web/tags/list", "/v2/web/manifests/x"):
        answer = registry.ask("GET", path, Authorization=None)
        assert (answer.status, answer.code) == (401, "UNAUTHORIZED")
        assert answer.headers["www-authenticate"].startswith('Basic realm="http')


def test_a_token_of_the_api_is_a_password(registry: Running) -> None:
    data = registry.ecr().get_authorization_token()["authorizationData"][0]
    token = data["authorizationToken"]
    assert base64.b64decode(token).startswith(b"AWS:")
    assert registry.ask("GET", "/v2/", Authorization=f"Basic {token}").status == 200
    port = registry.port
    assert data["proxyEndpoint"] == f"http://000000000000.dkr.ecr.us-east-1.localhost:{port}"


def test_any_other_password_is_refused(registry: Running) -> None:
    tampered = base64.urlsafe_b64encode(
        base64.urlsafe_b64decode(registry.token).replace(b"us-east-1", b"eu-west-1")
    ).decode()
    for user, password in [
        ("AWS", "secret"),
        ("AWS", ""),
        ("AWS", tampered),
        ("AWS", "%%%"),
        ("root", registry.token),
    ]:
        answer = registry.ask("GET", "/v2/", Authorization=basic(user, password))
        assert answer.status == 401, (user, password)
    assert registry.ask("GET", "/v2/", Authorization=f"Bearer {registry.token}").status == 401


@pytest.fixture
def aging(tmp_path: Path) -> Iterator[Running]:
    with Running(tmp_path, clock=Clock()) as running:
        yield running


def test_a_token_is_good_for_twelve_hours(aging: Running) -> None:
    aging.clock.ahead = LIFETIME - 60
    assert aging.ask("GET", "/v2/").status == 200
    aging.clock.ahead = LIFETIME + 60
    answer = aging.ask("GET", "/v2/")
    assert (answer.status, answer.code) == (403, "DENIED")
    expected = "Your authorization token has expired. Reauthenticate and try again."
    assert answer.message == expected


def test_a_token_and_images_outlive_a_restart(tmp_path: Path) -> None:
    with Running(tmp_path) as before:
        before.ecr().create_repository(repositoryName="web")
        manifest = push_image(before, "v1")
    with Running(tmp_path) as after:
        after.token = before.token
        assert after.ask("GET", "/v2/web/manifests/v1").body == manifest


def test_a_repository_that_was_not_created_can_not_be_pushed_to(registry: Running) -> None:
    for method, path in [
        ("POST", "/v2/nobody/made/blobs/uploads/"),
        ("PUT", "/v2/nobody/made/manifests/latest"),
        ("GET", "/v2/nobody/made/tags/list"),
    ]:
        answer = registry.ask(method, path)
        assert (answer.status, answer.code) == (404, "NAME_UNKNOWN")
        assert answer.message == (
            "The repository with name 'nobody/made' does not exist "
            "in the registry with id '000000000000'"
        )


def test_the_address_says_whose_registry_is_meant(registry: Running) -> None:
    registry.ecr("eu-west-1").create_repository(repositoryName="european")
    path = "/v2/european/tags/list"
    assert registry.ask("GET", path).status == 404
    host = f"000000000000.dkr.ecr.eu-west-1.localhost:{registry.port}"
    assert registry.ask("GET", path, Host=host).status == 200
    other = registry.ask("GET", path, Host="111122223333.dkr.ecr.eu-west-1.amazonaws.com")
    assert other.message.endswith("in the registry with id '111122223333'")


def test_the_catalog_lists_a_registry_by_pages(registry: Running) -> None:
    host = f"000000000000.dkr.ecr.ap-south-1.localhost:{registry.port}"
    for name in ("two", "one", "team/three"):
        registry.ecr("ap-south-1").create_repository(repositoryName=name)
    answer = registry.ask("GET", "/v2/_catalog?n=2", Host=host)
    assert answer.json == {"repositories": ["one", "team/three"]}
    rest = answer.headers["link"].partition(">")[0].removeprefix("<")
    assert registry.ask("GET", rest, Host=host).json == {"repositories": ["two"]}


def test_names_that_are_none_and_methods_that_are_none_are_refused(registry: Running) -> None:
    assert registry.ask("GET", "/v2/UPPER/tags/list").code == "NAME_INVALID"
    assert registry.ask("GET", "/v2/a//b/tags/list").code == "NAME_INVALID"
    assert registry.ask("POST", "/v2/", b"").status == 405
    assert registry.ask("PUT", "/v2/web/tags/list", b"").status == 405
    assert registry.ask("GET", "/v2/web/nothing").status == 404
