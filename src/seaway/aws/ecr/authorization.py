"""Logins to the registry."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.instants import instant
from seaway.aws.operation import operation
from seaway.core.names import Place
from seaway.core.registry_token import LIFETIME, SECRET_ID, USER, new_token
from seaway.core.repository import InstallationSecret, registry_address
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecr as shapes


@operation("ecr")
def get_authorization_token(
    tx: Transaction, call: Call, request: shapes.GetAuthorizationTokenRequest
) -> shapes.GetAuthorizationTokenResponse:
    """A password for `docker login` for each registry asked for, good for twelve hours."""
    secret = tx.find(InstallationSecret, SECRET_ID)
    if secret is None:
        secret = InstallationSecret(id=SECRET_ID, value=call.moment.token(32))
        tx.put(secret)
    accounts = request.get("registryIds") or [call.account]
    return {
        "authorizationData": [
            _authorization(secret, Place(account=account, region=call.region), call)
            for account in accounts
        ]
    }


def _authorization(
    secret: InstallationSecret, place: Place, call: Call
) -> shapes.AuthorizationData:
    login = f"{USER}:{new_token(secret.value, place, call.moment)}"
    return {
        "authorizationToken": base64.b64encode(login.encode()).decode(),
        "expiresAt": instant(call.moment.now + LIFETIME),
        "proxyEndpoint": f"http://{registry_address(place, call.host)}",
    }
