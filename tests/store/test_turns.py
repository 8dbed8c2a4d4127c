"""Turns of background work: one in each round of the event loop, in order, for whoever waits."""

from __future__ import annotations

import asyncio

from seaway.store.turns import Turns


def test_a_round_of_the_loop_has_one_turn_however_many_wait() -> None:
    async def story() -> list[tuple[int, int]]:
        turns = Turns()
        rounds, done = 0, []

        async def count() -> None:
            nonlocal rounds
            while True:
                rounds += 1
                await asyncio.sleep(0)

        async def work(number: int) -> None:
            for _ in range(3):
                await turns.mine()
                done.append((rounds, number))

        counting = asyncio.create_task(count())
        await asyncio.gather(*(work(number) for number in range(50)))
        counting.cancel()
        return done

    done = asyncio.run(story())
    rounds = [round_ for round_, _ in done]
    assert len(done) == 150
    assert len(set(rounds)) >= 149  # the very first two may come before the counter's first
    # The very first had its turn at once and was in line again before the others.
    assert {number for _, number in done[:51]} == set(range(50))


def test_whoever_is_alone_does_not_wait() -> None:
    async def story() -> None:
        turns = Turns()
        mine = turns.mine()
        try:
            mine.send(None)
        except StopIteration:
            pass
        else:
            raise AssertionError("the first turn is to be had at once")

    asyncio.run(story())


def test_a_turn_that_nobody_waits_for_any_more_goes_to_the_next() -> None:
    async def story() -> None:
        turns = Turns()
        await turns.mine()
        gone, next_one = (asyncio.create_task(turns.mine()) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        async with asyncio.timeout(5):
            await next_one
            await turns.mine()

    asyncio.run(story())
