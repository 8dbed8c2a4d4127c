"""The gRPC server, talked to over its unix socket as Envoy does."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from envoy.service.discovery.v3 import discovery_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2

from seaway.core.mesh.envoy import NODE_HEADER, stat_name
from seaway.core.mesh.proxy import Labels, Protocol, Proxy, Purpose, Upstream
from seaway.core.mesh.snapshot import Kind, Snapshot, take_snapshot
from seaway.mesh.protobuf import ADS_METHOD, METRICS_METHOD, MalformedResource
from seaway.mesh.server import MeshServer
from seaway.mesh.stream import Accepted, Rejected
from seaway.mesh.telemetry import Metric, TrafficSample

LABELS = Labels(purpose=Purpose.CONNECT, service="web")


def a_snapshot(name: str = "cats", **changed: Any) -> Snapshot:
    upstream = Upstream(name=name, protocol=Protocol.TCP, labels=LABELS, **changed)
    return take_snapshot(Proxy(node="n", upstreams=(upstream,)))


class Conversation:
    """Envoy's side of one ADS stream."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.call = channel.stream_stream(ADS_METHOD)()

    async def say(self, kind: Kind, nonce: str = "", error: str = "", *names: str) -> None:
        message = discovery_pb2.DeltaDiscoveryRequest(type_url=kind.value, response_nonce=nonce)
        message.node.id = "n"
        message.resource_names_subscribe.extend(names)
        if error:
            message.error_detail.message = error
        await self.call.write(message.SerializeToString())

    async def hear(self) -> discovery_pb2.DeltaDiscoveryResponse:
        async with asyncio.timeout(5):
            return discovery_pb2.DeltaDiscoveryResponse.FromString(await self.call.read())

    async def take_all(self) -> None:
        """Open and accept everything a snapshot of one upstream needs."""
        await self.say(Kind.CLUSTERS)
        clusters = await self.hear()
        await self.say(Kind.CLUSTERS, clusters.nonce)
        await self.say(Kind.ENDPOINTS, "", "", *(r.name for r in clusters.resources))
        await self.say(Kind.ENDPOINTS, (await self.hear()).nonce)
        await self.say(Kind.LISTENERS)
        await self.say(Kind.LISTENERS, (await self.hear()).nonce)


def run(
    tmp_path: Path,
    server: MeshServer,
    story: Callable[[grpc.aio.Channel], Awaitable[None]],
) -> None:
    async def whole() -> None:
        path = str(tmp_path / "mesh.sock")
        await server.start(path)
        try:
            async with grpc.aio.insecure_channel(f"unix:{path}") as channel:
                await story(channel)
        finally:
            await server.stop()

    asyncio.run(whole())


def test_accepted_returns_once_the_proxy_has_taken_all(tmp_path: Path) -> None:
    acks: list[Accepted] = []
    server = MeshServer(on_ack=lambda node, ack: acks.append(ack))

    async def story(channel: grpc.aio.Channel) -> None:
        snapshot = a_snapshot()
        await server.publish(snapshot)
        waiting = asyncio.create_task(server.accepted("n", snapshot.version))
        await asyncio.sleep(0)
        assert not waiting.done()
        await Conversation(channel).take_all()
        async with asyncio.timeout(5):
            assert await waiting == ()
        assert [a.kind for a in acks] == [Kind.CLUSTERS, Kind.ENDPOINTS, Kind.LISTENERS]
        assert server.connected("n")

    run(tmp_path, server, story)


def test_a_refusal_is_told_and_ends_the_wait_too(tmp_path: Path) -> None:
    nacks: list[Rejected] = []
    server = MeshServer(on_nack=lambda node, nack: nacks.append(nack))

    async def story(channel: grpc.aio.Channel) -> None:
        snapshot = a_snapshot()
        await server.publish(snapshot)
        envoy = Conversation(channel)
        await envoy.say(Kind.CLUSTERS)
        await envoy.say(Kind.CLUSTERS, (await envoy.hear()).nonce, "not like this")
        await envoy.say(Kind.LISTENERS)
        await envoy.say(Kind.LISTENERS, (await envoy.hear()).nonce)
        async with asyncio.timeout(5):
            (refused,) = await server.accepted("n", snapshot.version)
        assert (refused.name, refused.error) == ("cats", "not like this")
        assert nacks == [refused]

    run(tmp_path, server, story)


def test_what_was_refused_is_offered_again_and_its_recovery_told(tmp_path: Path) -> None:
    server = MeshServer(retry_seconds=0.05)
    recovered = asyncio.Event()
    server.when_recovered(recovered.set)

    async def story(channel: grpc.aio.Channel) -> None:
        await server.publish(a_snapshot())
        envoy = Conversation(channel)
        await envoy.say(Kind.CLUSTERS)
        await envoy.say(Kind.CLUSTERS, (await envoy.hear()).nonce, "the port is taken")
        async with asyncio.timeout(5):
            again = await envoy.hear()
            assert [resource.name for resource in again.resources] == ["cats"]
            assert not recovered.is_set()
            assert [refused.name for refused in server.rejections("n")] == ["cats"]
            await envoy.say(Kind.CLUSTERS, again.nonce)
            await recovered.wait()
        assert server.rejections("n") == ()

    run(tmp_path, server, story)


def test_a_snapshot_that_fits_no_schema_changes_nothing(tmp_path: Path) -> None:
    server = MeshServer()

    async def story(channel: grpc.aio.Channel) -> None:
        await server.publish(a_snapshot())
        with pytest.raises(MalformedResource):
            await server.publish(a_snapshot("dogs", connect_timeout=float("nan")))
        await Conversation(channel).take_all()

    run(tmp_path, server, story)


def test_a_socket_left_behind_by_a_killed_server_is_taken_over(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(tmp_path / "mesh.sock"))
    server = MeshServer()

    async def story(channel: grpc.aio.Channel) -> None:
        await server.publish(a_snapshot())
        await Conversation(channel).take_all()

    run(tmp_path, server, story)


def test_metrics_arrive_as_samples_of_their_node(tmp_path: Path) -> None:
    taken: list[tuple[str, TrafficSample]] = []
    server = MeshServer(on_traffic=lambda node, samples: taken.extend((node, s) for s in samples))

    async def story(channel: grpc.aio.Channel) -> None:
        message = metrics_service_pb2.ExportMetricsServiceRequest()
        resource = message.resource_metrics.add()
        scope = getattr(resource, resource.DESCRIPTOR.fields_by_number[2].name).add()
        metric = scope.metrics.add(name="cluster.upstream_rq_total")
        point = metric.sum.data_points.add(as_int=3, time_unix_nano=5_000_000_000)
        point.attributes.add(key="upstream").value.string_value = stat_name(LABELS)
        call = channel.unary_unary(METRICS_METHOD)
        await call(message.SerializeToString(), metadata=((NODE_HEADER, "n"),))
        ((node, sample),) = taken
        assert (node, sample.labels, sample.metric) == ("n", LABELS, Metric.REQUESTS)
        assert (sample.value, sample.at) == (3, 5.0)

    run(tmp_path, server, story)
