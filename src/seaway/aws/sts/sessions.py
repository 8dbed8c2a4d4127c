"""Who one is, and short-lived credentials to be somebody else."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from seaway.aws.call import Call
from seaway.aws.errors import ExpiredToken
from seaway.aws.operation import operation
from seaway.aws.sts.errors import AccessDenied, InvalidIdentityToken, ValidationError
from seaway.core.identity import Credential, Role
from seaway.core.keys import role_session, session
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import sts as shapes


def secret_of(tx: Transaction, access_key: str, now: float) -> str | None:
    """The secret of an access key that was handed out for a time, None when it was not.

    Raises ExpiredToken.
    """
    credential = tx.find(Credential, access_key)
    if credential is None:
        return None
    if credential.expires_at <= now:
        raise ExpiredToken("The security token included in the request is expired")
    return credential.secret


def account_of(tx: Transaction, access_key: str) -> str | None:
    """The account an access key that was handed out acts in."""
    credential = tx.find(Credential, access_key)
    return credential.account if credential else None


@operation("sts")
def get_caller_identity(
    tx: Transaction, call: Call, request: shapes.GetCallerIdentityRequest
) -> shapes.GetCallerIdentityResponse:
    """The role session the access key is of, else the root user (STS API: GetCallerIdentity)."""
    credential = tx.find(Credential, call.access_key)
    if credential is not None:
        return {
            "UserId": credential.user_id,
            "Account": credential.account,
            "Arn": credential.principal,
        }
    return {
        "UserId": call.account,
        "Account": call.account,
        "Arn": f"arn:aws:iam::{call.account}:root",
    }


@operation("sts")
def assume_role(
    tx: Transaction, call: Call, request: shapes.AssumeRoleRequest
) -> shapes.AssumeRoleResponse:
    """Become a role that exists; its trust policy is not judged (STS API: AssumeRole)."""
    role = _role(tx, request["RoleArn"], f"arn:aws:iam::{call.account}:root", "AssumeRole")
    credential = _session(tx, call, role, request)
    return {
        "Credentials": _render(credential),
        "AssumedRoleUser": {
            "AssumedRoleId": credential.user_id,
            "Arn": credential.principal,
        },
    }


@operation("sts")
def assume_role_with_web_identity(
    tx: Transaction, call: Call, request: shapes.AssumeRoleWithWebIdentityRequest
) -> shapes.AssumeRoleWithWebIdentityResponse:
    """Become a role with a token of another's; its signature is not checked.

    STS API: AssumeRoleWithWebIdentity.
    """
    claims = _claims(request["WebIdentityToken"])
    subject = str(claims.get("sub", ""))
    action = "AssumeRoleWithWebIdentity"
    role = _role(tx, request["RoleArn"], subject, action)
    credential = _session(tx, call, role, request)
    audience = claims.get("aud", "")
    return {
        "Credentials": _render(credential),
        "SubjectFromWebIdentityToken": subject,
        "Provider": str(claims.get("iss", "")),
        "Audience": str(audience[0] if isinstance(audience, list) and audience else audience),
        "AssumedRoleUser": {
            "AssumedRoleId": credential.user_id,
            "Arn": credential.principal,
        },
    }


@operation("sts")
def get_session_token(
    tx: Transaction, call: Call, request: shapes.GetSessionTokenRequest
) -> shapes.GetSessionTokenResponse:
    """Short-lived credentials of the caller's own (STS API: GetSessionToken)."""
    lifetime = request.get("DurationSeconds", 43200)
    if not 900 <= lifetime <= 129600:
        raise ValidationError(f"DurationSeconds {lifetime} is not between 900 and 129600 seconds.")
    credential = session(
        call.moment,
        account=call.account,
        principal=f"arn:aws:iam::{call.account}:root",
        user_id=call.account,
        lifetime=lifetime,
    )
    tx.put(credential)
    return {"Credentials": _render(credential)}


def _role(tx: Transaction, arn: str, who: str, action: str) -> Role:
    role = tx.find(Role, arn)
    if role is None:
        raise AccessDenied(
            f"User: {who} is not authorized to perform: sts:{action} on resource: {arn}"
        )
    return role


def _session(tx: Transaction, call: Call, role: Role, request: Any) -> Credential:
    lifetime = request.get("DurationSeconds", 3600)
    if not 900 <= lifetime <= role.longest_session:
        raise ValidationError(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )
    credential = role_session(call.moment, role, request["RoleSessionName"], lifetime)
    tx.put(credential)
    return credential


def _render(credential: Credential) -> shapes.Credentials:
    return {
        "AccessKeyId": credential.access_key,
        "SecretAccessKey": credential.secret,
        "SessionToken": credential.session,
        "Expiration": datetime.fromtimestamp(int(credential.expires_at), UTC),
    }


def _claims(token: str) -> dict[str, Any]:
    try:
        body = token.split(".")[1]
        padded = body + "=" * (-len(body) % 4)
        claims = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, IndexError) as error:
        raise InvalidIdentityToken(
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an "
            "Access Token)"
        ) from error
    if not isinstance(claims, dict):
        raise InvalidIdentityToken("The ID Token provided is not a valid JWT.")
    return claims
