"""Nothing a caller asks for is ignored in silence: each member is shown, kept, or refused by name.

Every member that botocore's model has is asked for, one at a time, beside a request that is the
same without it. What becomes of each is in the tables of inputs.py; a member that a newer model
adds fails here until somebody decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.aws.asked_world import World, is_in, request_of
from tests.aws.inputs import CASES, Case
from tests.aws.inputs_balancing import BALANCING
from tests.aws.inputs_hosting import HOSTING
from tests.aws.inputs_keeping import KEEPING
from tests.aws.inputs_watching import WATCHING
from tests.aws.members import input_shape, members

ALL = (*CASES, *BALANCING, *HOSTING, *KEEPING, *WATCHING)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    made = World()
    yield made
    made.wired.close()


def _name(case: Case) -> str:
    return f"{case.service}-{case.operation}"


@pytest.mark.parametrize("case", ALL, ids=_name)
def test_every_member_has_its_effect_or_is_refused_by_name(world: World, case: Case) -> None:
    surprises: dict[str, str] = {}
    told: set[str] = set()
    for path in members(input_shape(case.service, case.operation)):
        refused = next((outer for outer in case.refused if is_in(path, outer)), None)
        if refused in told:
            continue
        outcome = _outcome(world, case, path)
        kind = outcome.split(":")[0]
        if kind != ("refused" if refused else _expected(case, path)):
            surprises[path] = outcome
        elif refused and _names(refused.split(".")[-1], outcome):
            # The structure as a whole is refused: what else is in it need not be asked.
            told.add(refused)
    assert surprises == {}


@pytest.mark.parametrize("case", ALL, ids=_name)
def test_the_tables_name_members_that_exist(case: Case) -> None:
    known = list(members(input_shape(case.service, case.operation)))
    named = {*case.kept, *case.effectless, *case.refused} - {"schedulingStrategy"}
    assert [name for name in named if not any(is_in(path, name) for path in known)] == []


def _expected(case: Case, path: str) -> str:
    if any(is_in(path, kept) for kept in case.kept):
        return "kept"
    return "ignored" if path in case.effectless else "shown"


def _outcome(world: World, case: Case, path: str) -> str:
    """``shown``, ``kept`` or ``ignored``; ``refused: …`` when by name, or ``misunderstood: …``."""
    base, asked = request_of(case, path)
    before = world.plain(case.service, case.operation, base)
    after = world.ask(case.service, case.operation, asked)
    assert not before[0].startswith("refused"), before[0]
    if after[0].startswith("refused"):
        return after[0] if _names(path, after[0]) else f"misunderstood: {after[0]}"
    if after[0] != before[0]:
        return "shown"
    return "kept" if after[1] != before[1] else "ignored"


def _names(path: str, message: str) -> bool:
    """Whether a refusal says which member it is about: the member itself or what it is in."""
    words = {word.lower() for word in re.findall(r"[A-Za-z0-9]+", message)}
    run = re.sub(r"[^a-z0-9]", "", message.lower())
    for step in path.split("."):
        name = step.removesuffix("[]").lower()
        # AWS's own texts say "IP address type" for IpAddressType, "setting" for settings.
        if name in words or name.removesuffix("s") in words or (len(name) > 8 and name in run):
            return True
    return False
