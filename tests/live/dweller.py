"""A program for containers that looks around inside its task and prints what it found as JSON.

It uses AWS's SDK and the standard library as any program would, and is told nothing but its
environment.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from typing import Any


def ask(url: str, method: str = "GET", body: str | None = None) -> tuple[int, Any]:
    """The status and what was answered, read as JSON where it is."""
    data = body.encode() if body is not None else None
    request = urllib.request.Request(url, data=data, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            status, text = answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        status, text = refused.code, refused.read().decode()
    except OSError as unreachable:
        return 0, str(unreachable)
    try:
        return status, json.loads(text)
    except ValueError:
        return status, text


def look() -> dict[str, Any]:
    """Everything the metadata endpoint tells."""
    here = os.environ["ECS_CONTAINER_METADATA_URI_V4"]
    paths = {"container": "", "task": "/task", "tags": "/taskWithTags"}
    paths |= {"stats": "/stats", "task_stats": "/task/stats"}
    told = {name: ask(here + path)[1] for name, path in paths.items()}
    told["v3"] = ask(os.environ["ECS_CONTAINER_METADATA_URI"] + "/task")[1]
    told["environment"] = dict(os.environ)
    return told


def call() -> dict[str, Any]:
    """Who the SDK says we are, and our own task as the API describes it."""
    import boto3

    session = boto3.Session()
    keys = session.get_credentials()
    task = ask(os.environ["ECS_CONTAINER_METADATA_URI_V4"] + "/task")[1]
    described = session.client("ecs").describe_tasks(
        cluster=task["Cluster"], tasks=[task["TaskARN"]]
    )
    return {
        "method": keys.method,
        "key": keys.access_key,
        "identity": session.client("sts").get_caller_identity()["Arn"],
        "status": described["tasks"][0]["lastStatus"],
    }


def call_as(key: str, secret: str) -> str:
    """The code with which the API refuses these keys."""
    import boto3
    from botocore.exceptions import ClientError

    client = boto3.client("ecs", aws_access_key_id=key, aws_secret_access_key=secret)
    try:
        client.list_clusters()
    except ClientError as refused:
        return str(refused.response["Error"]["Code"])
    return ""


if __name__ == "__main__":
    does = {"ask": ask, "look": look, "call": call, "call_as": call_as}[sys.argv[1]]
    print(json.dumps(does(*sys.argv[2:])))
