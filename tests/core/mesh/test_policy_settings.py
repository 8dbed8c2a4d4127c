"""The table of settings and the page that tells of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from seaway.core.mesh.policy import NO_POLICY, complaint, policy_of, settings_in_force
from seaway.core.mesh.policy_settings import SETTINGS, Setting
from seaway.core.mesh.policy_tags import Layer

PAGE = (Path(__file__).parents[3] / "docs" / "mesh.md").read_text()


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_the_page_has_every_setting_with_its_default_and_scope(setting: Setting) -> None:
    tcp = f" (TCP: {setting.tcp_default})" if setting.tcp_default else ""
    start = f"| `{setting.name}` | {setting.default}{tcp} | "
    (line,) = (line for line in PAGE.splitlines() if line.startswith(start))
    assert line.startswith(f"{start}{'HTTP' if setting.http_only else 'all'} | {setting.about}")


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_an_example_means_something(setting: Setting) -> None:
    assert setting.apply(NO_POLICY, setting.example) != NO_POLICY
    assert complaint(setting.name, setting.example) is None


def test_all_settings_are_shown_with_who_said_them_and_tcp_has_fewer() -> None:
    tags = (("seaway:retries", "0"), ("seaway:route.1", "path:/x retries=1"))
    policy = policy_of([Layer(source="service cats", tags=tags)])
    shown = {said.name: (said.value, said.source) for said in settings_in_force(policy)}
    assert list(shown) == [*(setting.name for setting in SETTINGS), "route.1"]
    assert shown["retries"] == ("0", "service cats")
    assert shown["timeout"] == ("15s", "AWS's default")
    names = {said.name for said in settings_in_force(policy, http=False)}
    assert names == {setting.name for setting in SETTINGS if not setting.http_only}
