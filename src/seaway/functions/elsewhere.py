"""Another Lambda, which runs the functions that are not here."""

from __future__ import annotations

import asyncio
import importlib
from functools import cached_property
from typing import Any

from seaway.link.functions import FunctionMissing, Outcome

LONGEST_CALL = 910
"""Seconds an answer may take: what Lambda gives a function, and a little."""


class Elsewhere:
    """Hands calls over to the Lambda at ``endpoint``, with the keys Seaway was started with."""

    def __init__(self, endpoint: str, region: str) -> None:
        self._endpoint = endpoint
        self._region = region

    async def call(self, function: str, payload: bytes) -> Outcome:
        """Raises FunctionMissing when it is not there either; else what its client raises."""
        return await asyncio.to_thread(self._called, function, payload)

    @cached_property
    def _client(self) -> Any:
        # Loaded for the first function that is not here: few installations ever have one.
        boto3 = importlib.import_module("boto3")
        config = importlib.import_module("botocore.config").Config(
            read_timeout=LONGEST_CALL, retries={"max_attempts": 0}
        )
        keys = boto3.Session().get_credentials()
        given = (
            {}
            if keys is not None
            else {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        )
        return boto3.client(
            "lambda", endpoint_url=self._endpoint, region_name=self._region, config=config, **given
        )

    def _called(self, function: str, payload: bytes) -> Outcome:
        client = self._client
        try:
            answer = client.invoke(FunctionName=function, Payload=payload)
        except client.exceptions.ResourceNotFoundException as error:
            raise FunctionMissing(f"Function not found: {function}") from error
        return Outcome(answer["Payload"].read(), answer.get("FunctionError"))
