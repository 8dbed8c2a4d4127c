"""Pages of a list: every item once, and nothing behind the page is looked at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from seaway.aws.paging import BadToken, page


def test_pages_give_every_item_once_and_the_last_has_no_token() -> None:
    found: list[int] = []
    token: str | None = None
    sizes = []
    while True:
        shown, token = page(range(10), token, 4, "List")
        found += shown
        sizes.append(len(shown))
        if token is None:
            break
    assert found == list(range(10))
    assert sizes == [4, 4, 2]
    assert page(range(4), None, 4) == ([0, 1, 2, 3], None)
    assert page((), None, 4) == ([], None)


def test_of_items_that_are_made_as_they_are_asked_for_one_more_than_the_page_is_made() -> None:
    made = []

    def items() -> Iterator[int]:
        for number in range(1000):
            made.append(number)
            yield number

    shown, token = page(items(), None, 10)
    assert shown == list(range(10))
    assert token is not None
    assert len(made) == 11


@pytest.mark.parametrize("token", ["", "x", "MTpx", "MTphYmM6LTE="])
def test_a_token_of_something_else_is_refused(token: str) -> None:
    _, other = page(range(10), None, 4, "ListTasks of one cluster")
    for foreign in (other, token or "no token"):
        with pytest.raises(BadToken):
            page(range(10), foreign, 4, "ListTasks of another")
