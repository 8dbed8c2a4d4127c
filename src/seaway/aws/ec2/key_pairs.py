"""Key pairs: names, and prints of public keys one brings; no private keys are made here."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ec2 import errors
from seaway.aws.ec2.filters import chosen
from seaway.aws.ec2.lookup import own, owned
from seaway.aws.ec2.tags import shown, specified
from seaway.aws.operation import operation
from seaway.core.compute import KeyPair
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ec2 as shapes


@operation("ec2")
def import_key_pair(
    tx: Transaction, call: Call, request: shapes.ImportKeyPairRequest
) -> shapes.ImportKeyPairResult:
    """Keep the name of a public key one brings (EC2 API: ImportKeyPair)."""
    name = request["KeyName"]
    key = f"{call.account}/{call.region}/{name}"
    if tx.find(KeyPair, key):
        raise errors.KeyPairDuplicate(f"The keypair already exists: {name}")
    text = request["PublicKeyMaterial"].decode("utf-8", "replace").strip()
    words = text.split()
    try:
        raw = base64.b64decode(words[1] if len(words) > 1 else "", validate=True)
    except ValueError as error:
        raise errors.InvalidParameterValue(
            "Key is not in valid OpenSSH public key format"
        ) from error
    if not raw:
        raise errors.InvalidParameterValue("Key is not in valid OpenSSH public key format")
    pair = KeyPair(
        key=key,
        id=f"key-{call.moment.hex(17)}",
        name=name,
        **owned(call),
        fingerprint=base64.b64encode(hashlib.sha256(raw).digest()).decode(),
        kind="ed25519" if "ed25519" in words[0] else "rsa",
        created_at=call.moment.now,
        public=text,
        tags=specified(request.get("TagSpecifications"), "key-pair"),
    )
    tx.put(pair)
    return {
        "KeyPairId": pair.id,
        "KeyName": pair.name,
        "KeyFingerprint": pair.fingerprint,
        "Tags": shown(pair.tags),
    }


@operation("ec2")
def describe_key_pairs(
    tx: Transaction, call: Call, request: shapes.DescribeKeyPairsRequest
) -> shapes.DescribeKeyPairsResult:
    """EC2 API: DescribeKeyPairs."""
    pairs = own(tx, call, KeyPair)
    names, ids = request.get("KeyNames") or [], request.get("KeyPairIds") or []
    for name in names:
        if not any(pair.name == name for pair in pairs):
            raise errors.KeyPairNotFound(f"The key pair '{name}' does not exist")
    for key in ids:
        if not any(pair.id == key for pair in pairs):
            raise errors.KeyPairNotFound(f"The key pair ID '{key}' does not exist")
    wanted = [p for p in pairs if not (names or ids) or p.name in names or p.id in ids]
    found = chosen(
        wanted,
        request.get("Filters"),
        lambda pair: {
            "key-pair-id": pair.id,
            "key-name": pair.name,
            "fingerprint": pair.fingerprint,
        },
    )
    return {"KeyPairs": [_render(pair, request) for pair in found]}


def _render(pair: KeyPair, request: shapes.DescribeKeyPairsRequest) -> shapes.KeyPairInfo:
    row: shapes.KeyPairInfo = {
        "KeyPairId": pair.id,
        "KeyName": pair.name,
        "KeyType": pair.kind,
        "KeyFingerprint": pair.fingerprint,
        "CreateTime": datetime.fromtimestamp(pair.created_at, UTC),
        "Tags": shown(pair.tags),
    }
    if request.get("IncludePublicKey"):
        row["PublicKey"] = pair.public
    return row


@operation("ec2")
def delete_key_pair(
    tx: Transaction, call: Call, request: shapes.DeleteKeyPairRequest
) -> shapes.DeleteKeyPairResult:
    """Forget a key pair; an unknown one is no error (EC2 API: DeleteKeyPair)."""
    for pair in own(tx, call, KeyPair):
        if request.get("KeyPairId") == pair.id or request.get("KeyName") == pair.name:
            tx.drop(pair)
            return {"Return": True, "KeyPairId": pair.id}
    return {"Return": True}
