"""What is kept of a noun, and for how long."""

from __future__ import annotations

from seaway.core.mesh.kept import kept_by_identity


def test_each_object_is_asked_for_once() -> None:
    asked = []

    @kept_by_identity
    def length(noun: tuple[int, ...]) -> int:
        asked.append(noun)
        return len(noun)

    nouns = [tuple(range(n)) for n in range(3)]
    assert [length(noun) for noun in (*nouns, *nouns)] == [0, 1, 2, 0, 1, 2]
    assert asked == nouns


def test_an_equal_object_is_another_one() -> None:
    made = kept_by_identity(lambda noun: object())
    one, other = [1], [1]
    assert made(one) is made(one)
    assert made(one) is not made(other)


def test_more_than_can_be_kept_is_told_rightly_all_the_same() -> None:
    same = kept_by_identity(lambda noun: noun[0])
    assert all(same([n]) == n for n in range(50_000))
