"""The gateway behind a real uvicorn, asked by boto3 and by hand."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import boto3
import cbor2
import orjson
import pytest
import uvicorn
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from seaway.aws.call import Call
from seaway.aws.errors import AwsError, ExpiredToken
from seaway.aws.gateway import LARGEST_BODY, Gateway
from seaway.aws.offered import by_service
from seaway.aws.operation import Handler, operation
from seaway.core.moment import Moment
from seaway.store.transaction import Transaction

N = TypeVar("N")

SECRETS = {"AKIDKNOWN": "the-secret"}
ACCOUNTS = {"AKIDOTHER": "111122223333"}


class Shelf:
    """A transaction over one dict, enough for handlers that note what they saw."""

    def __init__(self) -> None:
        self.held: dict[str, Any] = {}

    def find(self, noun: type[N], key: str) -> N | None:
        return self.held.get(key)

    def where(self, noun: type[N], **index: Any) -> list[N]:
        return list(self.held.values())

    def put(self, noun: Any) -> None:
        self.held[noun] = noun

    def drop(self, noun: Any) -> None:
        self.held.pop(noun, None)


class ClusterNotFound(AwsError):
    code = "ClusterNotFoundException"


@operation("ecs")
def describe_clusters(tx: Transaction, call: Call, request: Any) -> Any:
    clusters = [
        {"clusterName": name, "clusterArn": call.arn("ecs", f"cluster/{name}")}
        for name in request.get("clusters", [])
    ]
    return {"clusters": clusters, "failures": []}


@operation("ecs")
def create_cluster(tx: Transaction, call: Call, request: Any) -> Any:
    tx.put(request["clusterName"])
    return {"cluster": {"clusterName": request["clusterName"]}}


@operation("ecs")
def delete_cluster(tx: Transaction, call: Call, request: Any) -> Any:
    raise ClusterNotFound("Cluster not found.")


@operation("ecs")
def list_tasks(tx: Transaction, call: Call, request: Any) -> Any:
    raise RuntimeError("a bug of ours")


@operation("ecs")
def run_task(tx: Transaction, call: Call, request: Any) -> Any:
    return {"tasks": [], "failures": []}


@operation("elbv2")
def describe_load_balancers(tx: Transaction, call: Call, request: Any) -> Any:
    balancers = [
        {"LoadBalancerName": name, "CreatedTime": call.moment.time()}
        for name in request.get("Names", [])
    ]
    return {"LoadBalancers": balancers}


@operation("ec2")
def describe_vpcs(tx: Transaction, call: Call, request: Any) -> Any:
    return {"Vpcs": [{"VpcId": v, "OwnerId": call.account} for v in request["VpcIds"]]}


@operation("cloudwatch")
def put_metric_data(tx: Transaction, call: Call, request: Any) -> Any:
    tx.put(f"{request['Namespace']} {len(request['MetricData'])}")


@operation("servicediscovery")
def get_namespace(tx: Transaction, call: Call, request: Any) -> Any:
    return {"Namespace": {"Id": request["Id"], "CreateDate": call.moment.time()}}


@operation("sts")
def assume_role_with_web_identity(tx: Transaction, call: Call, request: Any) -> Any:
    return {"Audience": request["RoleSessionName"]}


HANDLERS = [value for value in list(globals().values()) if isinstance(value, Handler)]
OPERATIONS = by_service(HANDLERS)


def secret_of(access_key: str) -> str | None:
    if access_key == "AKIDOVER":
        raise ExpiredToken("The security token included in the request is expired")
    return SECRETS.get(access_key)


def a_gateway(shelf: Shelf) -> Gateway:
    async def transact(function: Callable[[Transaction], Any], *, reads: bool = False) -> Any:
        return function(shelf)

    return Gateway(
        OPERATIONS,
        transact=transact,
        moment=lambda: Moment(time.time(), os.urandom),
        keys=secret_of,
        account_of=ACCOUNTS.get,
        host="localhost:4566",
    )


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture(scope="module")
def port(shelf: Shelf) -> Iterator[int]:
    with serving(a_gateway(shelf)) as where:
        yield where


@pytest.fixture(scope="module")
def inner_port(shelf: Shelf) -> Iterator[int]:
    """Where requests from inside tasks are taken."""
    with serving(a_gateway(shelf).from_tasks) as where:
        yield where


@contextmanager
def serving(app: Any) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        interface="asgi3",
        loop="uvloop",
        http="httptools",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join()
    listener.close()


Client = Callable[..., Any]


@pytest.fixture
def client(port: int) -> Iterator[Client]:
    """boto3 clients of any service on our port, closed when the test is over."""
    made: list[Any] = []

    def make(
        service: str,
        *,
        key: str = "anyone",
        secret: str = "anything",
        region: str = "eu-west-1",
        **config: Any,
    ) -> Any:
        once = {"total_max_attempts": 1, "mode": "standard"}
        made.append(
            boto3.client(
                service,
                endpoint_url=f"http://127.0.0.1:{port}",
                region_name=region,
                aws_access_key_id=key,
                aws_secret_access_key=secret,
                config=Config(retries=once, **config),
            )
        )
        return made[-1]

    yield make
    for one in made:
        one.close()


def refused(call: Callable[[], Any]) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as caught:
        call()
    response = caught.value.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return status, response["Error"]["Code"], response["Error"]["Message"]


def by_hand(
    port: int, body: bytes = b"", method: str = "POST", path: str = "/", **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, names)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response, content


ECS = "AmazonEC2ContainerServiceV20141113"
SIGNED = (
    "AWS4-HMAC-SHA256 Credential=anyone/20261122/eu-west-1/ecs/aws4_request, "
    "SignedHeaders=host, Signature=ab"
)


def test_boto3_is_answered_in_json_query_and_ec2(client: Client) -> None:
    clusters = client("ecs").describe_clusters(clusters=["a", "b"])["clusters"]
    assert [cluster["clusterName"] for cluster in clusters] == ["a", "b"]
    balancers = client("elbv2").describe_load_balancers(Names=["x"])["LoadBalancers"]
    assert balancers[0]["LoadBalancerName"] == "x"
    assert client("ec2").describe_vpcs(VpcIds=["vpc-1"])["Vpcs"][0]["VpcId"] == "vpc-1"
    assert client("servicediscovery").get_namespace(Id="ns-1")["Namespace"]["Id"] == "ns-1"


def test_cbor_is_answered_in_cbor(port: int) -> None:
    response, body = by_hand(
        port,
        cbor2.dumps({"Id": "ns-1"}),
        path="/service/Route53AutoNaming_v20170314/operation/GetNamespace",
        smithy_protocol="rpc-v2-cbor",
        authorization=SIGNED,
    )
    assert response.headers["smithy-protocol"] == "rpc-v2-cbor"
    assert cbor2.loads(body)["Namespace"]["Id"] == "ns-1"


def test_the_region_is_the_credentials_and_the_account_the_keys(client: Client) -> None:
    (cluster,) = client("ecs", region="ap-south-1").describe_clusters(clusters=["c"])["clusters"]
    assert cluster["clusterArn"] == "arn:aws:ecs:ap-south-1:000000000000:cluster/c"
    vpcs = client("ec2", key="AKIDOTHER").describe_vpcs(VpcIds=["v"])["Vpcs"]
    assert vpcs[0]["OwnerId"] == "111122223333"


def test_what_a_handler_puts_is_written(client: Client, shelf: Shelf) -> None:
    client("ecs").create_cluster(clusterName="written")
    assert shelf.find(str, "written") == "written"


def test_a_large_metric_body_comes_in_gzip(client: Client, shelf: Shelf) -> None:
    data = [{"MetricName": "m" * 200, "Value": 1.5}] * 300
    client("cloudwatch").put_metric_data(Namespace="N", MetricData=data)
    assert shelf.find(str, "N 300") == "N 300"


def test_an_error_of_a_handler_reaches_boto3_as_its_class(client: Client) -> None:
    ecs = client("ecs")
    with pytest.raises(ecs.exceptions.ClusterNotFoundException, match="Cluster not found"):
        ecs.delete_cluster(cluster="c")


def test_what_the_client_did_not_validate_we_do(client: Client) -> None:
    ecs = client("ecs", parameter_validation=False)
    status, code, message = refused(lambda: ecs.run_task())
    assert (status, code) == (400, "InvalidParameterException")
    assert "Value null at 'taskDefinition'" in message
    assert refused(lambda: ecs.run_task(taskDefinition=5))[1] == "SerializationException"
    elbv2 = client("elbv2", parameter_validation=False)
    status, code, _ = refused(lambda: elbv2.describe_load_balancers(PageSize=5000))
    assert (status, code) == (400, "ValidationError")


def test_a_failure_of_ours_is_internal_and_logged_under_the_request_id(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        status, code, message = refused(lambda: client("ecs").list_tasks())
    assert (status, code) == (500, "InternalFailure")
    (record,) = [record for record in caplog.records if record.name == "seaway.aws.gateway"]
    assert record.getMessage().split()[1] in message
    assert "ecs:ListTasks" in record.getMessage()
    assert record.exc_info


def test_what_is_not_built_is_said_by_name(client: Client) -> None:
    said = "The operation {} is not built in Seaway yet."
    assert refused(client("ecs").list_services) == (
        400,
        "UnknownOperationException",
        said.format("ListServices of ecs"),
    )
    assert refused(client("elbv2").describe_rules) == (
        400,
        "InvalidAction",
        said.format("DescribeRules of elbv2"),
    )
    assert refused(client("ec2").describe_subnets) == (
        400,
        "InvalidAction",
        said.format("DescribeSubnets of ec2"),
    )
    assert refused(lambda: client("ssm").get_parameter(Name="x"))[2] == said.format(
        "GetParameter of ssm"
    )
    assert refused(client("lambda").list_functions)[1:] == (
        "UnknownOperationException",
        said.format("GET /2015-03-31/functions of lambda"),
    )
    assert refused(client("s3").list_buckets) == (501, "NotImplemented", said.format("GET / of s3"))


def test_an_unknown_target_and_an_unsigned_get_are_refused_clearly(port: int) -> None:
    response, body = by_hand(port, b"{}", x_amz_target="Nonsense.Do", authorization=SIGNED)
    assert (response.status, orjson.loads(body)["__type"]) == (400, "UnknownOperationException")
    response, body = by_hand(port, method="GET", path="/bucket/key")
    assert response.status == 501
    assert b"<Code>NotImplemented</Code>" in body


def test_from_inside_a_task_only_keys_that_were_handed_out_will_do(inner_port: int) -> None:
    def ask(key: str, secret: str) -> Any:
        ecs = boto3.client(
            "ecs",
            endpoint_url=f"http://127.0.0.1:{inner_port}",
            region_name="eu-west-1",
            aws_access_key_id=key,
            aws_secret_access_key=secret,
        )
        try:
            return ecs.describe_clusters(clusters=["c"])["clusters"][0]["clusterName"]
        finally:
            ecs.close()

    key, secret = next(iter(SECRETS.items()))
    assert ask(key, secret) == "c"
    assert refused(lambda: ask("anyone", "anything")) == (
        400,
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    )
    assert refused(lambda: ask(key, "anything"))[1] == "InvalidSignatureException"
    identity = b"Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=r&RoleSessionName=me"
    form = {"content_type": "application/x-www-form-urlencoded"}
    response, body = by_hand(inner_port, identity + b"&WebIdentityToken=t", **form)
    assert response.status == 403
    assert b"<Code>MissingAuthenticationToken" in body


def test_keys_that_are_over_are_refused_in_each_protocols_word(client: Client) -> None:
    def ask(service: str) -> Any:
        return client(service, key="AKIDOVER", secret="any")

    ecs, elbv2, ec2 = ask("ecs"), ask("elbv2"), ask("ec2")
    told = refused(lambda: ecs.describe_clusters())
    assert told == (
        400,
        "ExpiredTokenException",
        "The security token included in the request is expired",
    )
    assert refused(lambda: elbv2.describe_load_balancers())[:2] == (403, "ExpiredToken")
    assert refused(lambda: ec2.describe_vpcs(VpcIds=["v"]))[:2] == (400, "RequestExpired")


def test_an_unsigned_request_lacks_authentication(port: int, client: Client) -> None:
    response, body = by_hand(port, b"{}", x_amz_target=f"{ECS}.DescribeClusters")
    assert response.status == 400
    assert orjson.loads(body)["__type"] == "MissingAuthenticationTokenException"
    elbv2 = client("elbv2", signature_version=UNSIGNED)
    assert refused(elbv2.describe_load_balancers)[:2] == (403, "MissingAuthenticationToken")


def test_a_role_is_assumed_by_web_identity_without_a_signature(client: Client) -> None:
    answer = client("sts", signature_version=UNSIGNED).assume_role_with_web_identity(
        RoleArn="arn:aws:iam::000000000000:role/r", RoleSessionName="me", WebIdentityToken="tttt"
    )
    assert answer["Audience"] == "me"


def test_a_known_key_must_sign_rightly(client: Client) -> None:
    good = client("ecs", key="AKIDKNOWN", secret="the-secret")
    assert good.describe_clusters()["clusters"] == []
    bad = client("ecs", key="AKIDKNOWN", secret="guessed")
    assert refused(bad.describe_clusters)[:2] == (400, "InvalidSignatureException")
    bad = client("elbv2", key="AKIDKNOWN", secret="guessed")
    assert refused(bad.describe_load_balancers)[:2] == (403, "SignatureDoesNotMatch")


def test_a_presigned_url_is_answered(client: Client, port: int) -> None:
    url = client("elbv2", key="AKIDKNOWN", secret="the-secret").generate_presigned_url(
        "describe_load_balancers", Params={"Names": ["x y"]}, HttpMethod="GET"
    )
    path = url.removeprefix(f"http://127.0.0.1:{port}")
    response, body = by_hand(port, method="GET", path=path)
    assert response.status == 200
    assert b"<LoadBalancerName>x y</LoadBalancerName>" in body
    response, body = by_hand(port, method="GET", path=path.replace("x%20y", "z"))
    assert b"SignatureDoesNotMatch" in body


def test_answers_carry_id_length_and_date_and_keep_the_connection(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"X-Amz-Target": f"{ECS}.DescribeClusters", "Authorization": SIGNED}
    ids = set()
    for _ in range(2):
        connection.request("POST", "/", b"{}", headers)
        socket_of = connection.sock
        response = connection.getresponse()
        body = response.read()
        assert response.headers["Content-Type"] == "application/x-amz-json-1.1"
        assert int(response.headers["Content-Length"]) == len(body)
        assert response.headers["Date"].endswith("GMT")
        ids.add(response.headers["x-amzn-RequestId"])
        assert connection.sock is socket_of
    assert len(ids) == 2
    connection.close()


def test_a_head_has_no_body(port: int) -> None:
    response, body = by_hand(port, method="HEAD", path="/bucket")
    assert (response.status, body) == (501, b"")


def test_broken_content_is_refused_in_the_protocol_asked(port: int) -> None:
    response, body = by_hand(
        port, b"{", x_amz_target=f"{ECS}.DescribeClusters", authorization=SIGNED
    )
    assert (response.status, orjson.loads(body)["__type"]) == (400, "SerializationException")
    response, body = by_hand(
        port,
        b"not gzip",
        x_amz_target=f"{ECS}.DescribeClusters",
        authorization=SIGNED,
        content_encoding="gzip",
    )
    assert (response.status, orjson.loads(body)["__type"]) == (400, "SerializationException")


class Wires:
    """An ASGI exchange by hand: what comes in, and what went out."""

    def __init__(self, *incoming: dict[str, Any]) -> None:
        self.incoming = list(incoming)
        self.outgoing: list[Any] = []

    async def receive(self) -> dict[str, Any]:
        return self.incoming.pop(0)

    async def send(self, message: Any) -> None:
        self.outgoing.append(message)


def exchange(wires: Wires, *headers: tuple[bytes, bytes]) -> list[Any]:
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [(b"x-amz-target", f"{ECS}.DescribeClusters".encode()), *headers],
    }
    asyncio.run(a_gateway(Shelf())(scope, wires.receive, wires.send))
    return wires.outgoing


def a_part(body: bytes, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_content_in_parts_is_put_together() -> None:
    wires = Wires(a_part(b'{"clusters":', True), a_part(b'["c"]}', False))
    start, end = exchange(wires, (b"authorization", SIGNED.encode()))
    assert start["status"] == 200
    assert b'"clusterName":"c"' in end["body"]


def test_content_without_end_is_refused() -> None:
    part = a_part(b" " * (LARGEST_BODY // 4 + 1), True)
    start, _ = exchange(Wires(*[part] * 5), (b"authorization", SIGNED.encode()))
    assert start["status"] == 413


def test_gzip_that_swells_is_refused() -> None:
    bomb = gzip.compress(b" " * (LARGEST_BODY + 1), compresslevel=1)
    start, _ = exchange(
        Wires(a_part(bomb, False)),
        (b"authorization", SIGNED.encode()),
        (b"content-encoding", b"gzip"),
    )
    assert start["status"] == 413


def test_a_client_that_leaves_is_not_answered() -> None:
    assert exchange(Wires(a_part(b"{", True), {"type": "http.disconnect"})) == []


def a_call() -> Call:
    return Call(
        account="000000000000", region="us-east-1", moment=Moment(0.0, bytes), request_id="r"
    )


def test_operations_are_called_from_within_in_the_callers_transaction() -> None:
    shelf = Shelf()
    gateway = a_gateway(shelf)
    answer = gateway.invoke(shelf, a_call(), "ecs", "CreateCluster", {"clusterName": "inner"})
    assert answer == {"cluster": {"clusterName": "inner"}}
    assert shelf.find(str, "inner") == "inner"


def test_calls_from_within_are_checked_as_those_from_outside() -> None:
    gateway = a_gateway(Shelf())
    with pytest.raises(AwsError, match="Value null at 'taskDefinition'"):
        gateway.invoke(Shelf(), a_call(), "ecs", "RunTask", {})
    with pytest.raises(AwsError, match="The operation CreateVpc of ec2 is not built"):
        gateway.invoke(Shelf(), a_call(), "ec2", "CreateVpc", {})
