"""The image registry: OCI distribution v2 as an ASGI app, with ECR's rules and refusals."""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
from collections.abc import Callable, Iterable

from seaway.core.moment import Moment
from seaway.core.names import Place
from seaway.core.registry_token import SECRET_ID, USER, Verdict, judge_token, new_token
from seaway.core.repository import (
    REPOSITORY_NAME,
    Image,
    InstallationSecret,
    Layer,
    Repository,
    place_of_host,
    registry_of,
    repository_arn,
)
from seaway.registry.blobs import BlobStore
from seaway.registry.exchange import Exchange, Gone, Receive, Scope, Send
from seaway.registry.images import Images, page_of_names
from seaway.registry.layers import Layers
from seaway.registry.pushes import Pushes
from seaway.registry.refusal import Refusal, unsupported
from seaway.registry.route import Kind, Route, read_path
from seaway.registry.sweep import Sweep
from seaway.store.changes import Change
from seaway.store.sqlite import SqliteStore

SWEEP_INTERVAL = 3600.0
"""Seconds between two sweeps when nothing is deleted."""

_log = logging.getLogger(__name__)


class Registry:
    """Every account's and region's registry of this installation, at ``/v2/``.

    ``here`` is the account and region of addresses that name none (``127.0.0.1:4566``);
    ``<account>.dkr.ecr.<region>.…`` names its own. ``moments`` reads the clock.
    """

    def __init__(
        self,
        store: SqliteStore,
        blobs: BlobStore,
        moments: Callable[[], Moment],
        here: Place,
    ) -> None:
        self._store = store
        self._moments = moments
        self._here = here
        pushes = Pushes()
        self._layers = Layers(store, blobs, pushes)
        self._images = Images(store)
        self._sweep = Sweep(store, blobs, pushes)
        self._garbage = asyncio.Event()
        store.doorbell.listen(self._notice)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request whose path starts with ``/v2``."""
        exchange = Exchange(scope, receive, send)
        try:
            await self._answer(exchange)
        except Refusal as refusal:
            await exchange.refuse(refusal)
        except Gone:
            return
        except OSError as error:
            _log.error("%s %s failed: %s", exchange.method, exchange.path, error)
            if exchange.started:
                raise
            text = f"The registry's disk failed: {error.strerror or error}"
            await exchange.refuse(Refusal(500, "UNKNOWN", text))

    def issue_token(self) -> str:
        """A password for ``AWS`` at this registry, good for twelve hours: for our own pulls."""
        moment = self._moments()
        with self._store.transaction() as tx:
            secret = tx.find(InstallationSecret, SECRET_ID)
            if secret is None:
                secret = InstallationSecret(id=SECRET_ID, value=moment.token(32))
                tx.put(secret)
        return new_token(secret.value, self._here, moment)

    async def run(self) -> None:
        """Sweep at start, when an image went, and each hour; until cancelled."""
        while True:
            self._garbage.clear()
            await self.sweep()
            try:
                async with asyncio.timeout(SWEEP_INTERVAL):
                    await self._garbage.wait()
            except TimeoutError:
                continue

    async def sweep(self) -> None:
        """Remove layers, blobs and uploads that nothing needs; a full disk is only logged."""
        try:
            await self._sweep.run(self._moments().now)
        except OSError as error:
            _log.warning("the registry could not be swept: %s", error)

    def _notice(self, changes: Iterable[Change]) -> None:
        for change in changes:
            if change.after is None and change.noun in (Image, Layer, Repository):
                self._garbage.set()

    async def _answer(self, exchange: Exchange) -> None:
        moment = self._moments()
        self._authorise(exchange, moment)
        route = read_path(exchange.path)
        if route is None:
            raise Refusal(404, "UNSUPPORTED", f"There is nothing at {exchange.path}")
        place = place_of_host(exchange.header("Host") or "", self._here)
        match route.kind:
            case Kind.BASE | Kind.CATALOG if exchange.method not in ("GET", "HEAD"):
                raise unsupported(exchange.method, exchange.path)
            case Kind.BASE:
                await exchange.answer_json({})
            case Kind.CATALOG:
                await self._list_repositories(exchange, place)
            case Kind.BLOB | Kind.UPLOAD | Kind.UPLOADS:
                repository = self._repository(place, route)
                await self._layers.answer(exchange, repository, route, moment)
            case Kind.MANIFEST | Kind.TAGS | Kind.REFERRERS:
                repository = self._repository(place, route)
                await self._images.answer(exchange, repository, route, moment)

    def _authorise(self, exchange: Exchange, moment: Moment) -> None:
        """Every request needs ``AWS`` and a token. Raises Refusal."""
        user, password = _credentials(exchange.header("Authorization"))
        with self._store.transaction() as tx:
            secret = tx.find(InstallationSecret, SECRET_ID)
        verdict = Verdict.FORGED
        if secret is not None and user == USER:
            verdict = judge_token(secret.value, password, moment.now)
        match verdict:
            case Verdict.GOOD:
                return
            case Verdict.EXPIRED:
                text = "Your authorization token has expired. Reauthenticate and try again."
                raise Refusal(403, "DENIED", text)
            case Verdict.FORGED:
                realm = f"http://{exchange.header('Host') or 'localhost'}/"
                challenge = f'Basic realm="{realm}",service="ecr.amazonaws.com"'
                raise Refusal(
                    401,
                    "UNAUTHORIZED",
                    "Not authorized: log in as AWS with a token of ecr get-authorization-token",
                    headers=(("Www-Authenticate", challenge),),
                )

    def _repository(self, place: Place, route: Route) -> Repository:
        name = route.name
        if not 2 <= len(name) <= 256 or REPOSITORY_NAME.fullmatch(name) is None:
            raise Refusal(400, "NAME_INVALID", f"'{name}' is no repository name")
        with self._store.transaction() as tx:
            repository = tx.find(Repository, repository_arn(place, name))
        if repository is None:
            text = (
                f"The repository with name '{name}' does not exist "
                f"in the registry with id '{place.account}'"
            )
            raise Refusal(404, "NAME_UNKNOWN", text)
        return repository

    async def _list_repositories(self, exchange: Exchange, place: Place) -> None:
        with self._store.transaction() as tx:
            found = tx.where(Repository, registry=registry_of(place))
        names, link = page_of_names(exchange, sorted(repository.name for repository in found))
        await exchange.answer_json({"repositories": names}, link)


def _credentials(header: str | None) -> tuple[str, str]:
    """User and password of a Basic header; two empty strings when it is none."""
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(encoded.strip()).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return user, password
