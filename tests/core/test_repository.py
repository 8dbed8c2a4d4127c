"""What may be pushed and removed, and whose address an address is."""

from __future__ import annotations

import json

from seaway.core.manifest import OCI_INDEX, OCI_MANIFEST, Manifest, digest_of, parse_manifest
from seaway.core.names import Place
from seaway.core.repository import (
    Image,
    ImageTag,
    Layer,
    Mutability,
    Push,
    Reason,
    Refused,
    Removal,
    Repository,
    content_key,
    new_tag,
    place_of_host,
    plan_push,
    plan_removal,
    registry_address,
    repository_arn,
    unclaimed_layers,
)

HERE = Place(account="000000000000", region="us-east-1")
WEB = Repository(arn=repository_arn(HERE, "web"), name="web", created_at=0.0)


def a_manifest(*blobs: str) -> Manifest:
    """A manifest of an empty config and these layers (given by digest)."""
    layers = [{"digest": digest, "size": 10} for digest in blobs]
    config = {"digest": digest_of(b"{}"), "size": 2}
    body = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": layers}
    parsed = parse_manifest(json.dumps(body).encode())
    assert isinstance(parsed, Manifest)
    return parsed


def a_layer(digest: str, since: float | None = 0.0) -> Layer:
    return Layer(
        key=content_key(WEB.arn, digest),
        repository=WEB.arn,
        digest=digest,
        size=10,
        unclaimed_since=since,
    )


def an_image(digest: str, **more: tuple[str, ...]) -> Image:
    return Image(
        key=content_key(WEB.arn, digest),
        repository=WEB.arn,
        digest=digest,
        manifest="{}",
        media_type=OCI_INDEX if "children" in more else OCI_MANIFEST,
        pushed_at=0.0,
        blobs=more.get("blobs", ()),
        children=more.get("children", ()),
    )


def test_a_push_claims_its_layers_and_a_second_one_changes_nothing() -> None:
    manifest = a_manifest()
    layer = a_layer(digest_of(b"{}"), since=5.0)
    tag = new_tag(WEB, "v1", manifest.digest)
    layers = {layer.digest: layer}
    push = plan_push(WEB, manifest, tag, held=None, layers=layers, images={}, now=9.0)
    assert isinstance(push, Push)
    assert (push.image.pushed_at, push.image.size) == (9.0, 2)
    assert [claimed.unclaimed_since for claimed in push.claimed] == [None]
    again = plan_push(
        WEB,
        manifest,
        tag,
        held=tag,
        layers={layer.digest: push.claimed[0]},
        images={push.image.digest: push.image},
        now=99.0,
    )
    assert again == push


def test_a_push_names_each_missing_layer_once() -> None:
    absent = digest_of(b"absent")
    here = a_layer(digest_of(b"{}"))
    refused = plan_push(
        WEB,
        a_manifest(absent, absent),
        None,
        held=None,
        layers={here.digest: here},
        images={},
        now=0.0,
    )
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.LAYERS_MISSING
    assert refused.message.count(absent) == 1


def test_wildcards_turn_mutability_round() -> None:
    def freezes(mutability: Mutability, tag: str) -> bool:
        repository = Repository(
            arn=WEB.arn,
            name="web",
            created_at=0.0,
            mutability=mutability,
            exclusions=("dev-*", "latest"),
        )
        return repository.freezes(tag)

    assert [freezes(Mutability.IMMUTABLE_WITH_EXCLUSION, t) for t in ("v1", "dev-1")] == [
        True,
        False,
    ]
    assert [freezes(Mutability.MUTABLE_WITH_EXCLUSION, t) for t in ("v1", "latest")] == [
        False,
        True,
    ]
    assert freezes(Mutability.IMMUTABLE, "dev-1")
    assert not freezes(Mutability.MUTABLE, "v1")


def test_the_last_tag_takes_the_image_along_and_an_earlier_one_does_not() -> None:
    image = an_image(digest_of(b"1"))
    one, two = (new_tag(WEB, tag, image.digest) for tag in ("one", "two"))
    assert plan_removal(image, [one, two], [image], "one") == Removal(image=None, tags=(one,))
    assert plan_removal(image, [two], [image], "two") == Removal(image=image, tags=(two,))
    assert plan_removal(image, [one, two], [image]) == Removal(image=image, tags=(one, two))


def test_what_an_index_lists_stays_until_the_index_goes() -> None:
    child = an_image(digest_of(b"child"))
    index = an_image(digest_of(b"index"), children=(child.digest,))
    refused = plan_removal(child, [], [child, index])
    assert isinstance(refused, Refused)
    assert index.digest in refused.message
    tags: list[ImageTag] = []
    assert plan_removal(index, tags, [child, index]) == Removal(image=index, tags=())


def test_layers_go_when_no_image_needs_them_and_no_push_waits() -> None:
    needed, old, young, asked = (a_layer(digest_of(bytes([i])), since=10.0) for i in range(4))
    young = a_layer(young.digest, since=100.0)
    claimed = a_layer(digest_of(b"claimed"), since=None)
    image = an_image(digest_of(b"image"), blobs=(needed.digest,))
    layers = [needed, old, young, asked, claimed]
    gone = unclaimed_layers(layers, [image], {asked.key: 100.0}, before=50.0)
    assert gone == [old, claimed]


def test_an_address_names_account_region_and_port() -> None:
    name = "000000000000.dkr.ecr.us-east-1.localhost"
    assert registry_address(HERE, "127.0.0.1:4566") == f"{name}:4566"
    assert registry_address(HERE, "[::1]:4566") == f"{name}:4566"
    assert registry_address(HERE, "localhost:80") == name
    assert registry_address(HERE, "localhost") == name
    there = Place(account="111122223333", region="eu-west-1")
    assert place_of_host(registry_address(there, "x:4566"), HERE) == there
    assert place_of_host("127.0.0.1:4566", HERE) == HERE
    assert place_of_host("1.dkr.ecr.eu-west-1.localhost", HERE) == HERE
