"""Load balancers' access logs on their way into buckets: one gzipped object per look and balancer.

Nothing is kept here between two looks: what the proxy has written waits in its own file, whose
reader comes back after the objects are on disk. So a look that is cut off happens again.
"""

from __future__ import annotations

import gzip
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable

from seaway.core.balancer import Listener, LoadBalancer, Rule, TargetGroup
from seaway.core.mesh.balance import dimension
from seaway.core.mesh.balancer_log import (
    About,
    Logged,
    access_log_entry,
    log_object,
    parse_logged,
)
from seaway.core.moment import Moment
from seaway.store.objects import NoSuchBucket, ObjectFiles, store_object
from seaway.store.sqlite import SqliteStore
from seaway.store.transaction import Transaction

PERIOD = 60.0
"""Seconds between two objects of a load balancer's (AWS: five minutes)."""

log = logging.getLogger(__name__)


def read_logged(batch: Iterable[bytes]) -> tuple[Logged, ...]:
    """What a batch of the proxy's file says. On a thread: it may be much."""
    parsed = (parse_logged(line) for line in batch)
    return tuple(logged for logged in parsed if logged is not None)


class BalancerLogs:
    """Puts access logs into the buckets that load balancers name."""

    def __init__(
        self, store: SqliteStore, files: ObjectFiles, moment: Callable[[], Moment]
    ) -> None:
        self._store = store
        self._files = files
        self._moment = moment

    def keep(self, lines: Iterable[Logged]) -> None:
        """One object for each load balancer that still wants to be logged."""
        apart: defaultdict[str, list[Logged]] = defaultdict(list)
        for logged in lines:
            apart[logged.load_balancer].append(logged)
        with self._store.transaction() as tx:
            balancers = {dimension(lb.arn): lb for lb in tx.where(LoadBalancer)}
            for name, found in apart.items():
                balancer = balancers.get(name)
                if balancer is not None and balancer.logs_requests:
                    self._write(tx, balancer, found)

    def _write(self, tx: Transaction, balancer: LoadBalancer, found: list[Logged]) -> None:
        moment = self._moment()
        known = _Known(tx, balancer)
        text = "".join(f"{access_log_entry(one, known.about(one))}\n" for one in found)
        name = log_object(
            arn=balancer.arn,
            prefix=balancer.attribute("access_logs.s3.prefix", ""),
            address=balancer.addresses[0][1] if balancer.addresses else "0.0.0.0",
            ended=moment.now,
            chance=moment.alnum(8),
        )
        bucket = balancer.attribute("access_logs.s3.bucket", "")
        data = gzip.compress(text.encode(), mtime=0)
        try:
            store_object(tx, self._files, bucket, name, data, moment, "application/x-gzip")
        except NoSuchBucket:
            log.warning("the bucket %s for the access logs of %s is gone", bucket, balancer.name)


class _Known:
    """What the store knows of a load balancer's requests."""

    def __init__(self, tx: Transaction, balancer: LoadBalancer) -> None:
        self._groups = {dimension(group.arn): group.arn for group in tx.where(TargetGroup)}
        listeners = tx.where(Listener, load_balancer=balancer.arn)
        self._certificates = {
            str(one.port): one.certificates[0] for one in listeners if one.certificates
        }
        rules = [rule for one in listeners for rule in tx.where(Rule, listener=one.arn)]
        self._priorities = {rule.arn.rsplit("/", 1)[-1]: rule.priority or 0 for rule in rules}

    def about(self, logged: Logged) -> About:
        """Where the request was led, and by which rule."""
        told = logged.told
        upstream = told["upstream"] or ""
        _, found, group = upstream.partition("/targetgroup/")
        route = told["route"] or ""
        return About(
            target_group=self._groups.get(f"targetgroup/{group}", "") if found else "",
            certificate=self._certificates.get(str(told["port"]), ""),
            priority=0 if route == "default" else self._priorities.get(route, -1),
        )
