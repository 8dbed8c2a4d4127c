"""The cluster query language: expressions that pick container instances.

(ECS guide: cluster query language.) ``attribute:ecs.instance-type =~ t3.* and task:group != web``
is parsed once into a Query and asked of every instance.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from seaway.core.capacity import ContainerInstance
from seaway.core.task import Task, TaskStatus

LONGEST = 2000
"""Characters an expression may have (API: PlacementConstraint.expression)."""


class QueryError(ValueError):
    """An expression that is not one; the message says what is wrong in words for the caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an expression can ask of one container instance."""

    attributes: dict[str, str | None]
    groups: frozenset[str] = frozenset()
    """The groups of the tasks on it."""
    registered_at: float = 0.0
    connected: bool = True
    agent_version: str = ""
    instance_id: str = ""
    running: int = 0


def subject_of(instance: ContainerInstance, tasks: Iterable[Task]) -> Subject:
    """The instance, with the tasks on it, as expressions see it."""
    alive = [task for task in tasks if task.is_alive]
    return Subject(
        attributes=attributes_of(instance),
        groups=frozenset(task.group for task in alive),
        registered_at=instance.registered_at,
        connected=instance.connected,
        agent_version=instance.agent_version,
        instance_id=instance.instance_id,
        running=sum(1 for task in alive if task.last_status is TaskStatus.RUNNING),
    )


def attributes_of(instance: ContainerInstance) -> dict[str, str | None]:
    """An instance's attributes: where it is, and what its agent and its owner wrote on it."""
    known = dict(instance.attributes)
    for name, value in (
        ("ecs.availability-zone", instance.zone),
        ("ecs.vpc-id", instance.vpc),
        ("ecs.subnet-id", instance.subnet),
    ):
        if value:
            known.setdefault(name, value)
    return known


Test = Callable[[Subject], bool]


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed expression. ``asks_tasks``: its answer depends on the tasks on the instance."""

    text: str
    test: Test
    asks_tasks: bool

    def matches(self, subject: Subject) -> bool:
        """Whether the expression picks this instance."""
        return self.test(subject)


def matches(query: Query, subject: Subject) -> bool:
    """Whether the expression picks this instance."""
    return query.test(subject)


def parse(expression: str) -> Query:
    """Read an expression.

    Raises QueryError.
    """
    if not expression.strip():
        raise QueryError("The expression is empty.")
    if len(expression) > LONGEST:
        raise QueryError(f"The expression is longer than {LONGEST} characters.")
    reader = _Reader(expression)
    test = reader.alternatives()
    reader.end()
    return Query(expression, test, reader.asks_tasks)


_SPACE = re.compile(r"\s*")
_AND = re.compile(r"&&|and(?![\w:.-])", re.IGNORECASE)
_OR = re.compile(r"\|\||or(?![\w:.-])", re.IGNORECASE)
_NOT = re.compile(r"!(?![=~])|not(?![\w:.-])", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9_.:/\\-]+")
_WORD = re.compile(r"""[^\s()\[\],"'!=<>&|]+""")
_OPERATOR = re.compile(
    r"==|!=|>=|<=|=~|!~|>|<|!exists\b|!in\b"
    r"|(?:not_equals|equals|greater_than_equal|greater_than|less_than_equal|less_than"
    r"|not_exists|exists|not_in|in|not_matches|matches)\b"
)
_SYMBOL = {
    "equals": "==",
    "not_equals": "!=",
    "greater_than": ">",
    "greater_than_equal": ">=",
    "less_than": "<",
    "less_than_equal": "<=",
    "not_exists": "!exists",
    "not_in": "!in",
    "matches": "=~",
    "not_matches": "!~",
}

_ORDER = ("==", "!=", ">", ">=", "<", "<=")
_CHOICE = ("==", "!=", "in", "!in", "=~", "!~")
_FIELDS: dict[str, tuple[str, ...]] = {
    "agentConnected": _CHOICE,
    "agentVersion": _ORDER,
    "ec2InstanceId": _CHOICE,
    "registeredAt": _ORDER,
    "runningTasksCount": _ORDER,
    "task:group": (*_CHOICE, "exists", "!exists"),
}
"""The subjects there are beside ``attribute:NAME``, and the operators each one takes."""


class _Reader:
    """Reads an expression from left to right: ``or`` binds weakest, then ``and``, then ``not``."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.asks_tasks = False

    def alternatives(self) -> Test:
        """``a or b or c``"""
        tests = [self._conjunction()]
        while self._take(_OR):
            tests.append(self._conjunction())
        return tests[0] if len(tests) == 1 else lambda subject: any(t(subject) for t in tests)

    def _conjunction(self) -> Test:
        tests = [self._term()]
        while self._take(_AND):
            tests.append(self._term())
        return tests[0] if len(tests) == 1 else lambda subject: all(t(subject) for t in tests)

    def _term(self) -> Test:
        if self._take(_NOT):
            denied = self._term()
            return lambda subject: not denied(subject)
        if self._next() == "(":
            self._at += 1
            inner = self.alternatives()
            self._expect(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Test:
        name = self._take(_NAME)
        if name is None:
            raise self._error("a subject such as attribute:NAME is expected")
        value = _value_of(name)
        if name in ("task:group", "runningTasksCount"):
            self.asks_tasks = True
        operator = self._take(_OPERATOR)
        if operator is None:
            raise self._error(f"an operator is expected after {name}")
        operator = _SYMBOL.get(operator, operator)
        allowed = _FIELDS.get(name)
        if allowed is not None and operator not in allowed:
            raise QueryError(
                f"Invalid expression: the operator {operator} does not go with {name}."
            )
        return self._tested(name, value, operator)

    def _tested(self, name: str, value: _Values, operator: str) -> Test:
        denied = operator.startswith("!")
        match operator.removeprefix("!"):
            case "exists":
                found: Test = lambda subject: bool(value(subject))  # noqa: E731
            case "in":
                wanted = frozenset(_plain(name, argument) for argument in self._list())
                found = lambda subject: any(v in wanted for v in value(subject))  # noqa: E731
            case "~" | "=~":
                pattern = self._pattern()
                found = lambda subject: any(  # noqa: E731
                    v is not None and pattern.fullmatch(v) is not None for v in value(subject)
                )
            case "=" | "==":
                given = _plain(name, self._literal())
                found = lambda subject: given in value(subject)  # noqa: E731
            case _:
                limit = self._literal()
                order = _order_of(name, limit)
                compare = _COMPARE[operator]
                found = lambda subject: any(  # noqa: E731
                    v is not None and compare(order(v), order(limit)) for v in value(subject)
                )
        return (lambda subject: not found(subject)) if denied else found

    def _list(self) -> list[str]:
        self._expect("[")
        items = [self._literal()]
        while self._next() == ",":
            self._at += 1
            items.append(self._literal())
        self._expect("]")
        return items

    def _literal(self) -> str:
        quoted = self._quoted()
        if quoted is not None:
            return quoted
        word = self._take(_WORD)
        if word is None:
            raise self._error("a value is expected")
        return word

    def _quoted(self) -> str | None:
        quote = self._next()
        if quote not in ('"', "'"):
            return None
        end = self._text.find(quote, self._at + 1)
        if end < 0:
            raise self._error("a closing quotation mark is missing")
        text = self._text[self._at + 1 : end]
        self._at = end + 1
        return text

    def _pattern(self) -> re.Pattern[str]:
        """A regular expression: quoted, or up to a blank or the end of the group it stands in."""
        text = self._quoted()
        if text is None:
            self._next()
            start, depth = self._at, 0
            while self._at < len(self._text):
                letter = self._text[self._at]
                depth += (letter in "([{") - (letter in ")]}")
                if letter.isspace() or depth < 0:
                    break
                self._at += 1
            text = self._text[start : self._at]
        if not text:
            raise self._error("a pattern is expected")
        try:
            return re.compile(text)
        except re.error as error:
            raise QueryError(
                f"Invalid expression: {text} is not a regular expression ({error})."
            ) from None

    def _take(self, pattern: re.Pattern[str]) -> str | None:
        self._next()
        found = pattern.match(self._text, self._at)
        if found is None:
            return None
        self._at = found.end()
        return found.group()

    def _next(self) -> str:
        blank = _SPACE.match(self._text, self._at)
        self._at = blank.end() if blank else self._at
        return self._text[self._at : self._at + 1]

    def _expect(self, sign: str) -> None:
        if self._next() != sign:
            raise self._error(f"{sign} is expected")
        self._at += 1

    def end(self) -> None:
        """Nothing may follow."""
        if self._next():
            raise self._error("and, or or the end is expected")

    def _error(self, what: str) -> QueryError:
        return QueryError(f"Invalid expression: {what} at position {self._at + 1}.")


_Values = Callable[[Subject], tuple[str | None, ...]]
"""A subject's values: none where the attribute is not there, one for each group of tasks."""


def _value_of(name: str) -> _Values:
    if name.startswith("attribute:") and len(name) > len("attribute:"):
        wanted = name.removeprefix("attribute:")
        return lambda s: (s.attributes[wanted],) if wanted in s.attributes else ()
    match name:
        case "agentConnected":
            return lambda s: ("true" if s.connected else "false",)
        case "agentVersion":
            return lambda s: (s.agent_version,)
        case "ec2InstanceId":
            return lambda s: (s.instance_id,)
        case "registeredAt":
            return lambda s: (repr(s.registered_at),)
        case "runningTasksCount":
            return lambda s: (str(s.running),)
        case "task:group":
            return lambda s: tuple(s.groups)
    raise QueryError(f"Invalid expression: {name} is not a subject that can be asked for.")


def _plain(name: str, argument: str) -> str:
    """An argument in the form its subject's values have."""
    if name == "registeredAt":
        return repr(_instant(argument))
    if name == "agentConnected":
        return argument.lower()
    return argument


_Ordered = tuple[float, ...] | str
_COMPARE: dict[str, Callable[[_Ordered, _Ordered], bool]] = {
    ">": lambda a, b: a > b,  # type: ignore[operator]
    ">=": lambda a, b: a >= b,  # type: ignore[operator]
    "<": lambda a, b: a < b,  # type: ignore[operator]
    "<=": lambda a, b: a <= b,  # type: ignore[operator]
}


def _order_of(name: str, limit: str) -> Callable[[str], _Ordered]:
    """How values of this subject are put in order: instants, versions, numbers, or texts."""
    if name == "registeredAt":
        moment = _instant(limit)
        return lambda text: (moment,) if text is limit else (float(text),)
    if name == "runningTasksCount" and _numbers(limit) is None:
        raise QueryError(f"Invalid expression: {limit} is not a number.")
    if _numbers(limit) is None:
        return lambda text: text
    # An attribute that is no number has no place among numbers: it is below and above none.
    return lambda text: _numbers(text) or (float("nan"),)


def _numbers(text: str) -> tuple[float, ...] | None:
    """``1.29.0`` as (1, 29, 0); None for what is not made of numbers and dots."""
    parts = text.split(".")
    if not all(part.lstrip("-").isascii() and part.lstrip("-").isdigit() for part in parts):
        return None
    return tuple(float(part) for part in parts)


def _instant(text: str) -> float:
    """Epoch seconds of ``2018-06-18``, ``2018-06-18T22:28:28``, and these with Z or an offset."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise QueryError(
            f"Invalid expression: {text} is not a date such as 2018-06-18T22:28:28Z."
        ) from None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
