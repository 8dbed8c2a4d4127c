"""All names of a namespace at one listener, in the real Envoy: what is closed, what survives."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
from dataclasses import replace

import pytest

from seaway.core.mesh.accesslog import ACCESS_LOG, TAP_LOG, TAP_SWITCH, parse_access_line
from seaway.core.mesh.envoy import labels_of
from seaway.core.mesh.proxy import (
    AccessLog,
    Endpoint,
    Forward,
    LogFormat,
    Port,
    Protocol,
    Purpose,
    Refusal,
    Routing,
    Share,
    Upstream,
)
from tests.live.envoy_stage import (
    CALLER,
    OPEN,
    PORTS,
    STARTED,
    Answer,
    Client,
    Mesh,
    Target,
    a_mesh,
    a_routing,
    an_alias,
    an_upstream,
    connect_in,
    get,
    until,
)

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root"),
]

AT = 61001


def led(namespace: str) -> str:
    """The namespace with the rules by which the agent leads calls to the proxy."""
    inside = ["nsenter", f"--net={namespace}"]
    rule = ["-p", "tcp", "-j", "DNAT", "--to-destination", f":{AT}"]
    append = ["--wait", "-t", "nat", "-A", "OUTPUT", "-d"]
    subprocess.run([*inside, "iptables", *append, "127.255.0.0/16", *rule], check=True)
    for number in (1, 2):
        added = ["ip", "addr", "add", f"2600:f0f0::{number}/128", "dev", "lo", "nodad"]
        subprocess.run([*inside, *added], check=True)
    subprocess.run([*inside, "ip6tables", *append, "2600:f0f0::/64", *rule], check=True)
    return namespace


def a_name(namespace: str, number: int, upstream: str, **changed: object) -> Port:
    """An intercepted alias of its own address."""
    name = f"web>{number}"
    told: dict[str, object] = {
        "name": f"connect/task-1/web/{number}",
        "address": f"127.255.0.{number}",
        "intercepted_at": AT,
        "routing": a_routing(upstream, name=name),
        "labels": replace(CALLER, discovery_name=f"name-{number}"),
    }
    return an_alias(namespace, upstream, **(told | changed))


def tcp_name(namespace: str, number: int, upstream: str, **changed: object) -> Port:
    default = Forward(shares=(Share(upstream=upstream),))
    told: dict[str, object] = {
        "protocol": Protocol.TCP,
        "port": 5432,
        "routing": Routing(name=f"web>{number}", default=default),
        "labels": replace(CALLER, discovery_name=f"name-{number}", protocol="tcp"),
    }
    return a_name(namespace, number, upstream, **(told | changed))


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    OPEN.add(writer)
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(1000):
            writer.write(data)
    writer.close()


async def an_echo() -> Upstream:
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    STARTED.append(server)
    endpoint = Endpoint(address="127.0.0.1", port=server.sockets[0].getsockname()[1])
    labels = replace(CALLER, discovery_name="echo", protocol="tcp")
    return Upstream(name="echo", protocol=Protocol.TCP, labels=labels, endpoints=(endpoint,))


async def is_closed(namespace: str | None, address: str, port: int) -> bool:
    """Whether a connection is accepted only to be closed without a byte."""
    try:
        made = await asyncio.to_thread(connect_in, namespace, address, port)
    except OSError:
        return True
    made.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=made)
    try:
        async with asyncio.timeout(5):
            writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            return await reader.read(1) == b""
    except ConnectionError:
        return True
    finally:
        writer.close()


def lines_of(mesh: Mesh, file: str) -> list[str]:
    path = mesh.directory / "proxy" / file
    return path.read_text().splitlines() if path.exists() else []


def test_names_of_a_namespace_each_lead_their_way_and_nothing_else_is_answered(
    namespace: str,
) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            cats, dogs = await Target("cats").start(), await Target("dogs").start()
            inside = led(namespace)
            one = a_name(inside, 1, "cats", address6="2600:f0f0::1")
            two = a_name(inside, 2, "dogs", port=8080)
            upstreams = [an_upstream(cats, name="cats"), an_upstream(dogs, name="dogs")]
            db = tcp_name(inside, 3, "echo")
            await mesh.apply([one, two, db], [*upstreams, await an_echo()])
            assert mesh.snapshot is not None
            assert len(mesh.snapshot.listeners) == 1
            assert (await get(one)).body == "cats"
            assert (await get(two)).body == "dogs"
            assert (await get(replace(one, address="2600:f0f0::1"))).body == "cats"
            client = await Client.to(db)
            client.writer.write(b"ping")
            assert await client.reader.readexactly(4) == b"ping"
            client.close()
            # No alias has this port, or this address, or is called at the proxy's own port.
            assert await is_closed(inside, "127.255.0.1", 81)
            assert await is_closed(inside, "127.255.0.9", 80)
            assert await is_closed(inside, "127.255.0.1", AT)
            assert await is_closed(inside, "127.0.0.1", AT)
            assert await is_closed(inside, "2600:f0f0::2", 80)
            assert cats.hits == 2

    asyncio.run(story())


def test_what_comes_from_outside_the_namespace_is_closed(namespace: str) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            inside = led(namespace)
            name = namespace.rsplit("/", 1)[-1]
            ours, theirs = f"sw{next(PORTS)}", f"sw{next(PORTS)}"
            cable = ["ip", "link", "add", ours, "type", "veth", "peer", "name", theirs]
            for command in (
                [*cable, "netns", name],
                ["ip", "addr", "add", "10.213.7.1/30", "dev", ours],
                ["ip", "link", "set", ours, "up"],
                ["ip", "-n", name, "addr", "add", "10.213.7.2/30", "dev", theirs],
                ["ip", "-n", name, "link", "set", theirs, "up"],
            ):
                subprocess.run(command, check=True)
            cats = await Target("cats").start()
            port = a_name(inside, 1, "cats", address6="2600:f0f0::1")
            await mesh.apply([port], [an_upstream(cats, name="cats")])
            assert (await get(port)).status == 200
            # The socket is there, so that a connection is made; no chain is, so that it ends.
            assert await is_closed(None, "10.213.7.2", AT)
            assert cats.hits == 1

    asyncio.run(story())


def test_connections_through_a_name_outlive_other_names_that_come_and_go(namespace: str) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            cats, dogs = await Target("cats").start(), await Target("dogs").start()
            inside = led(namespace)
            upstreams = [an_upstream(cats, name="cats"), an_upstream(dogs, name="dogs")]
            upstreams.append(await an_echo())
            one, db = a_name(inside, 1, "cats"), tcp_name(inside, 3, "echo")
            two, more = a_name(inside, 2, "dogs"), tcp_name(inside, 4, "echo")
            await mesh.apply([one, db], upstreams)
            http, tcp = await Client.to(one), await Client.to(db)

            async def both_go_on() -> None:
                answer = await http.get()
                assert (answer.status, answer.body) == (200, "cats")
                assert "connection" not in answer.headers
                tcp.writer.write(b"ping")
                async with asyncio.timeout(5):
                    assert await tcp.reader.readexactly(4) == b"ping"

            await both_go_on()
            for ports in ([one, two, db, more], [one, db], [two, one, db], [one, db, more]):
                await mesh.apply(ports, upstreams)
                await both_go_on()
            assert await is_closed(inside, two.address, two.port)
            # Longer than Envoy drains what it has given up (5 s); time is what is tested here.
            await asyncio.sleep(6)
            await both_go_on()
            http.close()
            tcp.close()

    asyncio.run(story())


def test_who_keeps_a_connection_to_a_name_that_is_no_more_gets_503(namespace: str) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            cats, dogs = await Target("cats").start(), await Target("dogs").start()
            inside = led(namespace)
            upstreams = [an_upstream(cats, name="cats"), an_upstream(dogs, name="dogs")]
            one, two = a_name(inside, 1, "cats"), a_name(inside, 2, "dogs")
            await mesh.apply([one, two], upstreams)
            kept = await Client.to(two)
            assert (await kept.get()).status == 200
            await mesh.apply([one], upstreams[:1])
            answer = await kept.get()
            assert answer.status == 503
            assert "No endpoint" in answer.body
            await mesh.apply([one, two], upstreams)
            assert (await kept.get()).body == "dogs"
            kept.close()

    asyncio.run(story())


def test_who_may_not_call_is_refused_and_counted(namespace: str) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            inside = led(namespace)
            cats = await Target("cats", status=403).start()
            upstreams = [an_upstream(cats, name="cats"), await an_echo()]
            one, db = a_name(inside, 1, "cats"), tcp_name(inside, 3, "echo")
            http = replace(one, routing=replace(one.routing, default=Refusal()))
            tcp = replace(db, routing=replace(db.routing, default=Refusal()))
            denied: dict[str, float] = {}
            await mesh.apply([one, db], upstreams)
            client = await Client.to(one)
            assert (await client.get()).body == "cats"
            await mesh.apply([http, tcp], upstreams)
            # The connection that is there is told so too, and stays.
            answer = await client.get()
            assert (answer.status, cats.hits) == (403, 1)
            assert await is_closed(inside, db.address, db.port)
            client.close()

            async def counted() -> bool:
                told = await mesh.proxy.stats(r"^seaway\.denied")
                denied.update(told)
                return sum(told.values()) == 2

            await until(counted)
            # A target's own 403 is none of them.
            assert sorted(denied.values()) == [1, 1]
            told = [labels_of(name[name.index("purpose=") :]) for name in denied]
            assert {labels.discovery_name for labels in told if labels} == {"name-1", "name-3"}

    asyncio.run(story())


def test_only_some_sources_may_connect(namespace: str) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            inside = led(namespace)
            cats = await Target("cats").start()
            labels = replace(CALLER, purpose=Purpose.INGRESS)
            port = an_alias(
                inside,
                "cats",
                address="127.0.0.1",
                port=61002,
                labels=labels,
                sources=("10.0.0.0/8",),
            )
            upstreams = [an_upstream(cats, name="cats")]
            await mesh.apply([port], upstreams)
            assert await is_closed(inside, "127.0.0.1", 61002)
            let_in = replace(port, sources=("10.0.0.0/8", "127.0.0.0/8", "fd00::/8"))
            await mesh.apply([let_in], upstreams)
            client = await Client.to(let_in)
            assert (await client.get()).status == 200
            await mesh.apply([port], upstreams)
            assert await is_closed(inside, "127.0.0.1", 61002)
            assert (await client.get()).status == 200
            client.close()
            assert sum((await mesh.proxy.stats(r"^seaway\.denied")).values()) == 2

    asyncio.run(story())


def test_access_logs_are_awss_lines_in_an_envelope(namespace: str) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            inside = led(namespace)
            cats = await Target("cats").start()
            logs = (
                AccessLog(owner="task-1"),
                AccessLog(format=LogFormat.JSON, query=True),
            )
            one = a_name(inside, 1, "cats", access_logs=logs)
            db = tcp_name(inside, 3, "echo", access_logs=logs[:1])
            await mesh.apply([one, db], [an_upstream(cats, name="cats"), await an_echo()])
            answer = await get(one, "/cats/?secret=1", user_agent='he said "hi"')
            assert answer.status == 200
            client = await Client.to(db)
            client.writer.write(b"ping")
            await client.reader.readexactly(4)
            client.close()
            await until(lambda: len(lines_of(mesh, ACCESS_LOG)) == 3)
            told = [parse_access_line(line) for line in lines_of(mesh, ACCESS_LOG)]
            (text,) = (t for t in told if t and t.owner == "task-1" and "GET" in t.text)
            (of_server,) = (t for t in told if t and t.side == "s")
            (tcp,) = (t for t in told if t and t.owner and "GET" not in t.text)
            host = f"127.0.0.1:{cats.port}"
            assert (text.side, text.upstream_host) == ("c", host)
            assert '"GET /cats/ HTTP/1.1" 200 0 4 ' in text.text
            assert text.text.endswith(f'"cats" "{host}"')
            said = json.loads(of_server.text)
            assert of_server.upstream_host == host
            assert list(said) == [
                *("start_time", "method", "path", "protocol", "response_code", "bytes_received"),
                *("bytes_sent", "duration_ms", "upstream_service_time", "forwarded_for"),
                *("user_agent", "request_id", "authority", "upstream_host"),
            ]
            assert (said["path"], said["response_code"]) == ("/cats/?secret=1", 200)
            assert said["user_agent"] == 'he said "hi"'
            assert len(tcp.text.split(" ")) == 8

    asyncio.run(story())


def test_the_tap_tells_of_each_request_while_it_is_open(namespace: str) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            inside = led(namespace)
            bad, cats = await Target("bad", status=503).start(), await Target("cats").start()
            one = a_name(inside, 1, "cats")
            await mesh.apply([one], [an_upstream(bad, cats, name="cats")])
            client = await Client.to(one)
            await client.get("/before")
            await mesh.proxy.set_runtime({TAP_SWITCH: 100})

            async def heard() -> list[dict[str, object]]:
                answer: Answer = await client.get("/tapped?a=b")
                assert answer.status == 200
                return [json.loads(line) for line in lines_of(mesh, TAP_LOG)]

            async def some() -> bool:
                return any(told["attempts"] == 2 for told in await heard())

            await until(some)
            told = next(t for t in await heard() if t["attempts"] == 2)
            labels = labels_of(str(told["way"]))
            assert labels is not None
            assert (labels.service, labels.discovery_name) == ("web", "name-1")
            assert (told["method"], told["path"]) == ("GET", "/tapped?a=b")
            assert (told["response_code"], told["upstream_host"]) == (
                200,
                f"127.0.0.1:{cats.port}",
            )
            assert told["upstream_cluster"] is not None
            assert not any("/before" in line for line in lines_of(mesh, TAP_LOG))
            client.close()

    asyncio.run(story())
