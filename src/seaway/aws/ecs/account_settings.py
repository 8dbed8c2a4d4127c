"""Account settings: put, listed, taken back to their defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ecs.errors import InvalidParameterException, not_built
from seaway.aws.ecs.references import page
from seaway.aws.operation import operation
from seaway.core.account_setting import DEFAULTS, AccountSetting, allowed_values, setting_key
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes


@operation("ecs")
def put_account_setting(
    tx: Transaction, call: Call, request: shapes.PutAccountSettingRequest
) -> shapes.PutAccountSettingResponse:
    """Change a setting for a principal, the caller by default (API: PutAccountSetting)."""
    principal = request.get("principalArn") or _root(call)
    return {"setting": _put(tx, call, request["name"], request["value"], principal)}


@operation("ecs")
def put_account_setting_default(
    tx: Transaction, call: Call, request: shapes.PutAccountSettingDefaultRequest
) -> shapes.PutAccountSettingDefaultResponse:
    """Change a setting for everyone who has not changed it (API: PutAccountSettingDefault)."""
    return {"setting": _put(tx, call, request["name"], request["value"], _root(call))}


@operation("ecs")
def delete_account_setting(
    tx: Transaction, call: Call, request: shapes.DeleteAccountSettingRequest
) -> shapes.DeleteAccountSettingResponse:
    """Let a principal's setting fall back to the default (API: DeleteAccountSetting)."""
    name, principal = request["name"], request.get("principalArn") or _root(call)
    _check_name(name)
    there = tx.find(AccountSetting, setting_key(call.region, principal, name))
    if there is not None:
        tx.drop(there)
    return {"setting": _render(name, _effective(tx, call, name, principal), principal)}


@operation("ecs")
def list_account_settings(
    tx: Transaction, call: Call, request: shapes.ListAccountSettingsRequest
) -> shapes.ListAccountSettingsResponse:
    """The settings a principal has changed, or all in force (API: ListAccountSettings)."""
    principal = request.get("principalArn") or _root(call)
    name, value = request.get("name"), request.get("value")
    if value and not name:
        raise InvalidParameterException("You must specify an account setting name to use value.")
    if name:
        _check_name(name)
    if request.get("effectiveSettings"):
        found = {each: _effective(tx, call, each, principal) for each in DEFAULTS}
    else:
        own = tx.where(AccountSetting, principal=principal)
        found = {each.name: each.value for each in own if each.region == call.region}
    settings = [
        _render(each, has, principal)
        for each, has in sorted(found.items())
        if (not name or each == name) and (not value or has == value)
    ]
    shown, more = page(settings, request, f"ListAccountSettings {name} {value}", default=10)
    response: shapes.ListAccountSettingsResponse = {"settings": shown}
    if more:
        response["nextToken"] = more
    return response


def _put(tx: Transaction, call: Call, name: str, value: str, principal: str) -> shapes.Setting:
    _check_name(name)
    if value not in allowed_values(name):
        raise not_built(f"The account setting {name} {value}")
    tx.put(
        AccountSetting(
            key=setting_key(call.region, principal, name),
            name=name,
            value=value,
            principal=principal,
            region=call.region,
        )
    )
    return _render(name, value, principal)


def _effective(tx: Transaction, call: Call, name: str, principal: str) -> str:
    """The principal's own value, else the account's default, else AWS's."""
    for whose in (principal, _root(call)):
        there = tx.find(AccountSetting, setting_key(call.region, whose, name))
        if there is not None:
            return there.value
    return DEFAULTS[name]


def _check_name(name: str) -> None:
    if name not in DEFAULTS:
        raise InvalidParameterException(f"name should be one of [{','.join(DEFAULTS)}].")


def _root(call: Call) -> str:
    return f"arn:aws:iam::{call.account}:root"


def _render(name: str, value: str, principal: str) -> shapes.Setting:
    return {"name": name, "value": value, "principalArn": principal, "type": "user"}
