"""Random updates, deaths, drains, losses and scalings of 20 services for a day of virtual time."""

from __future__ import annotations

import os
import secrets
from random import Random

import pytest

from tests.reconcile.day import HOUR, Day

SEEDS = (1, 2, int(os.environ.get("SEAWAY_DAY_SEED") or secrets.randbelow(1_000_000)))


@pytest.mark.parametrize("seed", SEEDS, ids=["one", "two", "by chance"])
def test_through_a_day_of_trouble_the_limits_hold_at_every_step_and_calm_settles_all(
    seed: int,
) -> None:
    print(f"SEAWAY_DAY_SEED={seed}")
    day = Day(Random(seed))
    chance = Random(seed)
    day.world.run(300)
    end = day.world.now + 24 * HOUR
    while day.world.now < end:
        day.disturb()
        day.world.run(chance.choice([0, 1, 7, 30, 120, 600, 1800]))
    day.calm()
    day.world.run(2 * HOUR)
    assert day.unsettled() == []
    assert min(day.happened.values()) > 0
    assert day.steps > 1000
