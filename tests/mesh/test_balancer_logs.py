"""Access logs of load balancers: which object they lie in, and what their lines say."""

from __future__ import annotations

import gzip
import itertools
import json
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seaway.core.balancer import LoadBalancer
from seaway.core.buckets import Bucket, StoredObject
from seaway.core.mesh.balance import dimension, upstream_name
from seaway.core.mesh.balancer_log import log_object
from seaway.core.moment import Moment
from seaway.mesh.balancer_logs import BalancerLogs, read_logged
from seaway.store.objects import ObjectFiles
from seaway.store.resident import Resident
from tests.core.mesh.test_balance import ALB, CATS, DEFAULT, LISTENER, TO_CATS, WEB

AT = 1_800_000_000.0
LOGGED = replace(
    ALB,
    attributes=(
        ("access_logs.s3.enabled", "true"),
        ("access_logs.s3.bucket", "logs"),
        ("access_logs.s3.prefix", "alb"),
    ),
)


def a_line(**fields: Any) -> bytes:
    told: dict[str, Any] = {
        "elb": dimension(ALB.arn),
        "start": f"{AT:.6f}",
        "protocol": "HTTP/1.1",
        "client": "10.0.9.9:4711",
        "target": "10.0.0.5:80",
        "upstream": upstream_name(ALB.arn, CATS.arn),
        "route": TO_CATS.arn.rsplit("/", 1)[-1],
        "status": 200,
        "details": "via_upstream",
        "flags": "-",
        "received": 34,
        "sent": 366,
        "asked_ms": 1,
        "answered_ms": 3,
        "whole_ms": 4,
        "method": "GET",
        "path": "/cats?a=b",
        "host": "cats.example:80",
        "scheme": "http",
        "agent": "curl/8",
        "port": 80,
    }
    names = ("upgrade", "kind", "trace", "location", "cipher", "version", "name")
    return json.dumps(dict.fromkeys(names) | told | fields).encode()


class _Keeping:
    """A store with a load balancer, and what comes to lie in its bucket."""

    def __init__(self, directory: Path, *nouns: object) -> None:
        self.store = Resident()
        self.files = ObjectFiles(directory)
        self.files.open()
        source = itertools.count(1)
        self.logs = BalancerLogs(
            self.store,
            self.files,
            lambda: Moment(AT + 30, lambda length: next(source).to_bytes(length, "big")),
        )
        with self.store.transaction() as tx:
            rules = (replace(rule, listener=LISTENER.arn) for rule in (DEFAULT, TO_CATS))
            for noun in (LISTENER, *rules, WEB, CATS, *nouns):
                tx.put(noun)

    def kept(self) -> list[tuple[str, list[str]]]:
        with self.store.transaction() as tx:
            found = tx.where(StoredObject)
        return [(one.name, self._read(one)) for one in found]

    def _read(self, one: StoredObject) -> list[str]:
        return gzip.decompress(self.files.read(one.file)).decode().splitlines()


def a_bucket() -> Bucket:
    return Bucket(name="logs", account="0", region="us-east-1", created_at=1)


def test_lines_of_a_load_balancer_are_one_object_under_awss_name(tmp_path: Path) -> None:
    world = _Keeping(tmp_path, LOGGED, a_bucket())
    world.logs.keep(read_logged([a_line(), b"{half a li", a_line(status=404)]))
    ((name, lines),) = world.kept()
    account, region = ALB.arn.split(":")[4], ALB.arn.split(":")[3]
    assert name.startswith(
        f"alb/AWSLogs/{account}/elasticloadbalancing/{region}/2027/01/15/"
        f"{account}_elasticloadbalancing_{region}_app.door.50dc6c495c0c9188_20270115T0800Z_10.0.0.4_"
    )
    assert name.endswith(".log.gz")
    assert [shlex.split(line)[8] for line in lines] == ["200", "404"]


def test_a_line_says_what_awss_says(tmp_path: Path) -> None:
    world = _Keeping(tmp_path, LOGGED, a_bucket())
    world.logs.keep(read_logged([a_line()]))
    ((_, (line,)),) = world.kept()
    assert shlex.split(line) == [
        "http",
        "2027-01-15T08:00:00.004000Z",
        "app/door/50dc6c495c0c9188",
        "10.0.9.9:4711",
        "10.0.0.5:80",
        *("0.001", "0.002", "0.001"),
        *("200", "200", "34", "366"),
        "GET http://cats.example:80/cats?a=b HTTP/1.1",
        "curl/8",
        *("-", "-"),
        CATS.arn,
        *("-", "-", "-"),
        "10",
        "2027-01-15T08:00:00.000000Z",
        "forward",
        *("-", "-"),
        "10.0.0.5:80",
        "200",
        *("-", "-", "-"),
    ]


@pytest.mark.parametrize("nouns", [(ALB, a_bucket()), (LOGGED,), (a_bucket(),)])
def test_nothing_is_kept_where_nobody_wants_it(
    tmp_path: Path, nouns: tuple[LoadBalancer | Bucket, ...]
) -> None:
    world = _Keeping(tmp_path, *nouns)
    world.logs.keep(read_logged([a_line()]))
    assert world.kept() == []


def test_without_a_prefix_the_name_begins_with_awss_folder() -> None:
    name = log_object(arn=ALB.arn, prefix="", address="10.0.0.4", ended=AT, chance="x")
    assert name.startswith("AWSLogs/")
