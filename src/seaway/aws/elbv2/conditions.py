"""A rule's conditions: read from either of AWS's two forms, checked, and shown in both."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from seaway.aws.elbv2 import limits
from seaway.aws.elbv2.errors import ValidationError
from seaway.aws.elbv2.expressions import checked_expression
from seaway.core.balancer import Condition

if TYPE_CHECKING:
    from seaway.aws.shapes.elbv2 import RuleCondition

ONCE = ("http-request-method", "host-header", "path-pattern", "source-ip")
FIELDS = (*ONCE, "http-header", "query-string")
CONFIGS = {
    "HostHeaderConfig": "host-header",
    "PathPatternConfig": "path-pattern",
    "HttpHeaderConfig": "http-header",
    "QueryStringConfig": "query-string",
    "HttpRequestMethodConfig": "http-request-method",
    "SourceIpConfig": "source-ip",
}
"""The field that each config of a condition belongs to."""

Check = Callable[[str], str]
"""Gives the value back, or raises ValidationError."""

_PATH = re.compile(r"""[A-Za-z0-9_\-.$/~"'@:+&*?]{1,128}""")
_HOST = re.compile(r"[A-Za-z0-9\-.*?]{1,128}")
_METHOD = re.compile(r"[A-Z_-]{1,40}")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+\-.^_`|~]{1,40}")
_WILDCARD = re.compile(r"(?<!\\)[*?]")


def parse(raw: Sequence[RuleCondition]) -> tuple[Condition, ...]:
    """The conditions of CreateRule or ModifyRule, checked together. Raises ValidationError."""
    if not raw:
        raise ValidationError("A condition must be specified")
    conditions = tuple(_condition(one) for one in raw)
    _check_together(conditions)
    return conditions


def render(condition: Condition) -> RuleCondition:
    """A condition as DescribeRules shows it."""
    values = list(condition.values)
    if condition.expressions:
        return _by_expression(condition)
    match condition.field:
        case "path-pattern":
            shown: RuleCondition = {"Field": condition.field, "Values": values}
            shown["PathPatternConfig"] = {"Values": values}
        case "host-header":
            shown = {"Field": condition.field, "Values": values}
            shown["HostHeaderConfig"] = {"Values": values}
        case "http-header":
            shown = {"Field": condition.field}
            name = condition.header or ""
            shown["HttpHeaderConfig"] = {"HttpHeaderName": name, "Values": values}
        case "http-request-method":
            shown = {"Field": condition.field, "HttpRequestMethodConfig": {"Values": values}}
        case "source-ip":
            shown = {"Field": condition.field, "SourceIpConfig": {"Values": values}}
        case _:
            shown = {"Field": condition.field}
            shown["QueryStringConfig"] = {
                "Values": [
                    {"Value": value} if key is None else {"Key": key, "Value": value}
                    for key, value in condition.pairs
                ]
            }
    return shown


def _by_expression(condition: Condition) -> RuleCondition:
    expressions = list(condition.expressions)
    match condition.field:
        case "path-pattern":
            return {"Field": "path-pattern", "PathPatternConfig": {"RegexValues": expressions}}
        case "host-header":
            return {"Field": "host-header", "HostHeaderConfig": {"RegexValues": expressions}}
    name = condition.header or ""
    return {
        "Field": "http-header",
        "HttpHeaderConfig": {"HttpHeaderName": name, "RegexValues": expressions},
    }


def _check_together(conditions: tuple[Condition, ...]) -> None:
    for field in ONCE:
        if sum(1 for one in conditions if one.field == field) > 1:
            raise ValidationError(f"A rule can only have one '{field}' condition")
    if sum(map(_values, conditions)) > limits.VALUES_PER_RULE:
        raise ValidationError(f"A rule can only have '{limits.VALUES_PER_RULE}' condition values")
    if sum(_wildcards(one) for one in conditions) > limits.WILDCARDS_PER_RULE:
        raise ValidationError(
            f"A rule can only have '{limits.WILDCARDS_PER_RULE}' condition wildcards"
        )


def _values(condition: Condition) -> int:
    return len(condition.values) + len(condition.pairs) + len(condition.expressions)


def _wildcards(condition: Condition) -> int:
    if condition.field in ("http-request-method", "source-ip"):
        return 0
    texts = [*condition.values, *(part or "" for pair in condition.pairs for part in pair)]
    return sum(len(_WILDCARD.findall(text)) for text in texts)


def _condition(raw: RuleCondition) -> Condition:
    field = raw.get("Field")
    if not field:
        raise ValidationError("A condition field must be specified")
    if raw.get("RegexValues") and field not in ("path-pattern", "host-header"):
        raise ValidationError(
            f"'RegexValues' cannot be used with the condition field '{field}'; use the field's "
            "own config"
        )
    for config, owner in CONFIGS.items():
        if raw.get(config) and field in FIELDS and field != owner:
            raise ValidationError(f"{config} cannot be used with the condition field '{field}'")
    match field:
        case "path-pattern":
            path = raw.get("PathPatternConfig", {})
            if expressions := _expressions(raw, path.get("RegexValues"), path.get("Values")):
                return Condition(field=field, expressions=expressions)
            return Condition(field=field, values=_either(raw, path.get("Values"), _path))
        case "host-header":
            host = raw.get("HostHeaderConfig", {})
            if expressions := _expressions(raw, host.get("RegexValues"), host.get("Values")):
                return Condition(field=field, expressions=expressions)
            return Condition(field=field, values=_either(raw, host.get("Values"), _host))
        case "http-header":
            return _http_header(raw)
        case "query-string":
            return _query_string(raw)
        case "http-request-method":
            methods = raw.get("HttpRequestMethodConfig", {}).get("Values")
            return Condition(field=field, values=_configured(raw, methods, _method))
        case "source-ip":
            source = raw.get("SourceIpConfig", {})
            if source.get("IpAddressType"):
                raise ValidationError(
                    "IpAddressType is only supported in rules of Network Load Balancers"
                )
            return Condition(field=field, values=_configured(raw, source.get("Values"), _cidr))
    raise ValidationError(f"Condition field '{field}' must be one of '[{', '.join(FIELDS)}]'")


def _http_header(raw: RuleCondition) -> Condition:
    config = raw.get("HttpHeaderConfig", {})
    name = config.get("HttpHeaderName", "")
    if not name:
        raise ValidationError("An HTTP header name must be specified")
    if not _HEADER.fullmatch(name):
        raise ValidationError(f"The HTTP header name '{name}' is not valid")
    if name.lower() == "host":
        raise ValidationError("Use a 'host-header' condition for the HTTP header 'Host'")
    expressions = _expressions(raw, config.get("RegexValues"), config.get("Values"))
    if expressions:
        return Condition(field="http-header", header=name, expressions=expressions)
    values = _configured(raw, config.get("Values"), _text)
    return Condition(field="http-header", header=name, values=values)


def _query_string(raw: RuleCondition) -> Condition:
    _refuse_values(raw)
    pairs = raw.get("QueryStringConfig", {}).get("Values")
    if not pairs:
        raise ValidationError("A condition value must be specified")
    found: list[tuple[str | None, str]] = []
    for pair in pairs:
        value = pair.get("Value")
        if value is None:
            raise ValidationError("A query string value must be specified")
        key = pair.get("Key") or None
        found.append((key if key is None else _text(key), _text(value)))
    return Condition(field="query-string", pairs=tuple(found))


def _either(raw: RuleCondition, config: list[str] | None, check: Check) -> tuple[str, ...]:
    """The values, from ``Values`` or from the field's own config; a client may echo both."""
    plain = raw.get("Values")
    if plain and config and plain != config:
        raise ValidationError(
            f"Different values were given in 'Values' and in the config of '{raw.get('Field')}'"
        )
    return _checked(config or plain, check)


def _configured(raw: RuleCondition, config: list[str] | None, check: Check) -> tuple[str, ...]:
    _refuse_values(raw)
    return _checked(config, check)


def _refuse_values(raw: RuleCondition) -> None:
    if raw.get("Values"):
        raise ValidationError(
            f"'Values' cannot be used with the condition field '{raw.get('Field')}'; "
            "use the field's own config"
        )


def _checked(values: list[str] | None, check: Check) -> tuple[str, ...]:
    if not values:
        raise ValidationError("A condition value must be specified")
    return tuple(check(value) for value in values)


def _text(value: str) -> str:
    if not value:
        raise ValidationError("A condition value cannot be empty")
    if len(value) > 128:
        raise ValidationError(f"The condition value '{value}' cannot be longer than '128'")
    return value


def _path(value: str) -> str:
    if not _PATH.fullmatch(_text(value)):
        raise ValidationError(f"The path pattern '{value}' contains a character that is not valid")
    return value


def _host(value: str) -> str:
    if not _HOST.fullmatch(_text(value)):
        raise ValidationError(f"The host name '{value}' contains a character that is not valid")
    _, dot, last = value.rpartition(".")
    if not dot:
        raise ValidationError(f"The host name '{value}' must contain at least one '.'")
    if not re.fullmatch(r"[A-Za-z*?]+", last):
        raise ValidationError(
            f"The host name '{value}' can only contain letters after its last '.'"
        )
    return value


def _method(value: str) -> str:
    if not _METHOD.fullmatch(value):
        raise ValidationError(f"The HTTP request method '{value}' is not valid")
    return value


def _cidr(value: str) -> str:
    try:
        if "/" not in value:
            raise ValueError(value)
        ipaddress.ip_network(value, strict=False)
    except ValueError as error:
        raise ValidationError(f"The source IP '{value}' is not a valid CIDR block") from error
    return value


def _expressions(
    raw: RuleCondition, config: list[str] | None, values: list[str] | None
) -> tuple[str, ...]:
    """The expressions, from ``RegexValues`` or from the config of the field; () if none."""
    plain = raw.get("RegexValues")
    if plain and config and plain != config:
        raise ValidationError(
            f"Different expressions were given in 'RegexValues' and in the config of "
            f"'{raw.get('Field')}'"
        )
    found = config or plain
    if found and (values or raw.get("Values")):
        raise ValidationError("A condition can have either values or regular expressions, not both")
    return tuple(checked_expression(value) for value in found or ())
