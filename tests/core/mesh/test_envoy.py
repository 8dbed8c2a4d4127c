"""Proxies in, Envoy's words out: compared with what is written down, and with Envoy's schema.

``SEAWAY_GOLDEN=write`` writes the expected files anew; the review reads the difference.
"""

from __future__ import annotations

import dataclasses
import enum
import os
import types
import typing
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from seaway.core.mesh import proxy as nouns
from seaway.core.mesh.envoy import bootstrap, labels_of, matched, stat_name
from seaway.core.mesh.proxy import Labels, Proxy, Purpose
from seaway.core.mesh.snapshot import Kind, take_snapshot
from seaway.mesh.protobuf import (
    MalformedResource,
    listener_bytes,
    load_assignment_bytes,
    message_bytes,
    message_dict,
    routes_bytes,
)

GOLDEN = Path(__file__).parents[2] / "golden" / "mesh"
CASES = sorted(path.name.removesuffix(".in.yaml") for path in GOLDEN.glob("*.in.yaml"))


def noun(kind: Any, told: Any) -> Any:
    """A noun from plain data; one of several kinds is told by its name: ``{Forward: {…}}``."""
    origin = typing.get_origin(kind)
    if told is None:
        return None
    if origin is tuple:
        inner = typing.get_args(kind)
        each = inner[:1] * len(told) if inner[-1] is Ellipsis else inner
        return tuple(noun(k, v) for k, v in zip(each, told, strict=True))
    if origin in (typing.Union, types.UnionType):
        (*options,) = (k for k in typing.get_args(kind) if k is not type(None))
        if len(options) == 1:
            return noun(options[0], told)
        ((name, inside),) = told.items()
        return noun(getattr(nouns, name), inside)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return kind(**{key: noun(hints[key], value) for key, value in told.items()})  # type: ignore[operator]
    return kind(told) if isinstance(kind, enum.EnumMeta) else told


@pytest.mark.parametrize("case", CASES)
def test_a_proxy_in_envoys_words_is_as_written_down(case: str) -> None:
    proxy = noun(Proxy, yaml.safe_load((GOLDEN / f"{case}.in.yaml").read_text()))
    snapshot = take_snapshot(proxy)
    rendered = {
        kind.name.lower(): [dict(r.body) for r in snapshot.of(kind).values()] for kind in Kind
    }
    text = yaml.dump(rendered, sort_keys=False, Dumper=_NoAliases, width=100)
    expected = GOLDEN / f"{case}.out.yaml"
    if os.environ.get("SEAWAY_GOLDEN") == "write":
        expected.write_text(text)
    assert text == expected.read_text()


@pytest.mark.parametrize("case", CASES)
def test_envoys_schema_knows_every_field(case: str) -> None:
    proxy = noun(Proxy, yaml.safe_load((GOLDEN / f"{case}.in.yaml").read_text()))
    snapshot = take_snapshot(proxy)
    for kind in Kind:
        for resource in snapshot.of(kind).values():
            written = message_bytes({"@type": kind.value, **resource.body})
            assert message_dict(written)["@type"] == kind.value
    quicker = {
        Kind.ENDPOINTS: load_assignment_bytes,
        Kind.LISTENERS: listener_bytes,
        Kind.ROUTES: routes_bytes,
    }
    for kind, quick in quicker.items():
        for resource in snapshot.of(kind).values():
            typed = {"@type": kind.value, **resource.body}
            assert message_dict(_any(kind.value, quick(resource.body))) == message_dict(
                message_bytes(typed)
            )


def _any(kind: str, value: bytes) -> bytes:
    from google.protobuf import any_pb2

    return any_pb2.Any(type_url=kind, value=value).SerializeToString()


def test_a_field_the_schema_lacks_is_refused() -> None:
    with pytest.raises(MalformedResource, match="colour"):
        message_bytes({"@type": Kind.CLUSTERS.value, "name": "x", "colour": "red"})


def test_the_bootstrap_fits_envoys_schema() -> None:
    from envoy.config.bootstrap.v3 import bootstrap_pb2  # noqa: F401
    from envoy.extensions.stat_sinks.open_telemetry.v3 import open_telemetry_pb2  # noqa: F401

    body = bootstrap(node="n", control="/c.sock", admin="/a.sock", flush_interval=5, identity="i")
    kind = "type.googleapis.com/envoy.config.bootstrap.v3.Bootstrap"
    said = message_dict(message_bytes({"@type": kind, **body}))
    assert said["node"]["metadata"] == {"identity": "i"}


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12)


@given(TEXTS, TEXTS, st.sampled_from(Purpose))
def test_labels_survive_the_way_through_envoys_statistics(
    service: str, name: str, purpose: Purpose
) -> None:
    labels = Labels(purpose=purpose, service=service, discovery_name=name)
    through = stat_name(labels)
    assert "." not in through
    assert ":" not in through
    assert labels_of(through) == labels


def test_a_name_that_is_not_ours_has_no_labels() -> None:
    assert labels_of("seaway") is None
    assert labels_of("purpose=other;a=b") is None


def test_a_matcher_is_a_list_of_codes_and_ranges() -> None:
    assert list(matched("200,202, 300-399")) == [(200, 200), (202, 202), (300, 399)]


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


yaml.representer.SafeRepresenter.add_representer(tuple, yaml.SafeDumper.represent_list)
