"""Questions to the running Seaway's own API, under /_seaway/."""

from __future__ import annotations

import http.client
import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import click

from seaway.cli.options import settings_for
from seaway.cli.process import running

PATIENCE_SECONDS = 10.0


def endpoint(data_dir: Path | None) -> str:
    """Where Seaway answers: the one of the data directory, or of AWS_ENDPOINT_URL.

    Raises click.ClickException when it is down.
    """
    url = None if data_dir else os.environ.get("AWS_ENDPOINT_URL")
    if url:
        return url.rstrip("/")
    settings = settings_for(data_dir)
    present = running(settings)
    if present is None:
        raise click.ClickException(
            f"Seaway is down (data directory {settings.data_dir}): seaway up --detach"
        )
    return present[1]


def look(url: str, question: str, /, **query: str | None) -> Any:
    """The JSON answer of GET /_seaway/mesh/``question``. Raises click.ClickException."""
    try:
        with urllib.request.urlopen(
            _address(url, question, query), timeout=PATIENCE_SECONDS
        ) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        raise click.ClickException(_reason(refused.read(), url)) from refused
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise click.ClickException(_no_answer(url, error)) from error


def follow(url: str, question: str, /, **query: str | None) -> Iterator[Any]:
    """The JSON lines of an answer that goes on, one by one. Raises click.ClickException."""
    parts = urlsplit(_address(url, question, query))
    connection = http.client.HTTPConnection(parts.netloc)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        if answer.status != 200:
            raise click.ClickException(_reason(answer.read(), url))
        for line in answer:
            yield json.loads(line)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise click.ClickException(_no_answer(url, error)) from error
    finally:
        connection.close()


def _address(url: str, question: str, query: dict[str, str | None]) -> str:
    given = {name: value for name, value in query.items() if value}
    return f"{url}/_seaway/mesh/{question}?{urlencode(given)}"


def _reason(body: bytes, url: str) -> str:
    try:
        return str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        return f"{url} is no Seaway, or one of another version."


def _no_answer(url: str, error: Exception) -> str:
    return f"Seaway does not answer at {url} ({error}): seaway status"
