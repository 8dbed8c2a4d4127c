from __future__ import annotations

from typing import Any

from tests.aws.ecs.story import Ecs, an_ecs, refusal


def values(ecs: Ecs, **request: Any) -> dict[str, str]:
    settings = ecs.ListAccountSettings(**request)["settings"]
    return {setting["name"]: setting["value"] for setting in settings}


def test_a_setting_is_changed_and_falls_back() -> None:
    ecs = an_ecs()
    assert values(ecs) == {}
    ecs.PutAccountSetting(name="awsvpcTrunking", value="enabled")
    assert values(ecs) == {"awsvpcTrunking": "enabled"}
    effective = values(ecs, effectiveSettings=True)
    assert effective["awsvpcTrunking"] == "enabled"
    assert effective["taskLongArnFormat"] == "enabled"
    gone = ecs.DeleteAccountSetting(name="awsvpcTrunking")["setting"]
    assert gone["value"] == "disabled"
    assert values(ecs) == {}


def test_the_default_is_everybodys_until_they_choose() -> None:
    ecs = an_ecs()
    ecs.PutAccountSettingDefault(name="awsvpcTrunking", value="enabled")
    somebody = "arn:aws:iam::000000000000:user/somebody"
    found = values(ecs, principalArn=somebody, effectiveSettings=True, name="awsvpcTrunking")
    assert found == {"awsvpcTrunking": "enabled"}


def test_what_would_change_nothing_here_is_refused() -> None:
    ecs = an_ecs()
    assert refusal(lambda: ecs.PutAccountSetting(name="containerInsights", value="enabled")) == (
        "ClientException",
        "The account setting containerInsights enabled is not supported by Seaway yet.",
    )
    assert refusal(lambda: ecs.PutAccountSetting(name="none", value="enabled"))[0] == (
        "InvalidParameterException"
    )
