"""Keys of the task's role: the same for a while, renewed before they are over."""

from __future__ import annotations

import asyncio

import pytest

from seaway.agent.inside.credentials import RENEWED, RoleKeyring, credentials_shape
from seaway.link.asking import CannotFetch
from seaway.link.messages import RoleKeys
from tests.agent.inside.control import ROLE, MemoryControl


def test_keys_are_renewed_an_hour_before_their_end() -> None:
    async def story() -> None:
        control = MemoryControl()
        keyring = RoleKeyring(control, lambda: control.now)
        first = await keyring.keys("t", ROLE)
        control.now = first.expires_at - RENEWED - 1
        assert await keyring.keys("t", ROLE) == first
        control.now += 1
        assert (await keyring.keys("t", ROLE)).access_key == "ASIA2"

    asyncio.run(story())


def test_each_task_has_its_own_and_loses_them_with_its_end() -> None:
    async def story() -> None:
        control = MemoryControl()
        keyring = RoleKeyring(control, lambda: control.now)
        keys = [(await keyring.keys(task, ROLE)).access_key for task in ("a", "b", "a")]
        assert keys == ["ASIA1", "ASIA2", "ASIA1"]
        keyring.forget("a")
        assert (await keyring.keys("a", ROLE)).access_key == "ASIA3"
        assert (await keyring.keys("b", ROLE)).access_key == "ASIA2"

    asyncio.run(story())


def test_while_none_are_to_be_had_the_old_ones_serve_to_their_end() -> None:
    async def story() -> None:
        control = MemoryControl()
        keyring = RoleKeyring(control, lambda: control.now)
        first = await keyring.keys("t", ROLE)
        control.lifetime = None
        control.now = first.expires_at - 1
        assert await keyring.keys("t", ROLE) == first
        control.now += 1
        with pytest.raises(CannotFetch):
            await keyring.keys("t", ROLE)

    asyncio.run(story())


def test_the_answer_is_as_sdks_read_it() -> None:
    keys = RoleKeys(
        role=ROLE, access_key="a", secret_key="s", token="t", expires_at=1_700_000_000.9
    )
    assert credentials_shape(keys) == {
        "RoleArn": ROLE,
        "AccessKeyId": "a",
        "SecretAccessKey": "s",
        "Token": "t",
        "Expiration": "2023-11-14T22:13:20Z",
    }
