from __future__ import annotations

import os
from pathlib import Path

import pytest
from benchmarks.processes import CannotMeasure, cpu_seconds, resident_mib
from benchmarks.world import World, lost_caller, seed, swap

from benchmarks import __main__ as everything
from benchmarks import (
    api_calls,
    bare_envoy,
    data_path,
    disturbances,
    propagation,
    simulated_proxies,
    wrk,
)
from seaway.core.discovery import Registration
from seaway.core.mesh.proxy import Endpoint
from seaway.mesh.traffic import Traffic
from seaway.store.resident import Resident


def test_each_benchmark_has_a_quick_default_and_takes_its_arguments() -> None:
    assert not data_path.parser().parse_args([]).json
    assert data_path.parser().parse_args(["--rounds", "2", "--json"]).rounds == 2
    asked = propagation.parser().parse_args(["--endpoints", "1,10", "--hosts", ""])
    assert (asked.endpoints, asked.hosts) == ((1, 10), ())
    assert api_calls.parser().parse_args(["--moto", "x"]).moto == "x"
    assert disturbances.parser().parse_args([]).away == 20
    assert disturbances.parser().parse_args(["--away", "600"]).away == 600


def test_all_benchmarks_are_run_unless_some_are_named() -> None:
    assert everything.parser().parse_args([]).names == []
    asked = everything.parser().parse_args(["api_calls", "--install", "--moto", "m"])
    assert asked.names == ["api_calls"]
    assert everything.words_for("api_calls", asked) == ["--install", "--moto", "m"]
    assert everything.words_for("data_path", asked) == []


def test_wrk_is_told_what_to_send_and_its_figures_are_read(tmp_path: Path) -> None:
    post = wrk.Post({"x-amz-target": "A.B"}, '{"a": "b"}')
    text = wrk.script(tmp_path / "one.lua", post).read_text()
    assert 'wrk.body = "{\\"a\\": \\"b\\"}"' in text
    assert 'wrk.headers["x-amz-target"] = "A.B"' in text
    load = wrk.figures("noise\nFIGURES 1000 2000000 450 900 0\n")
    assert (load.rate, load.p50, load.p99) == (500, 450, 900)


@pytest.mark.parametrize("said", ["", "FIGURES 10 1000000 1 1 3", "FIGURES 0 1000000 0 0 0"])
def test_a_run_with_errors_is_no_measurement(said: str) -> None:
    with pytest.raises(CannotMeasure):
        wrk.figures(said)


def test_the_task_of_the_data_path_is_intercepted_and_calls_http_and_tcp() -> None:
    snapshot = data_path.service_connect("/run/netns/x", Endpoint(address="10.0.0.9", port=80))
    assert [port.protocol for port in snapshot.proxy.ports] == ["http", "tcp"]
    assert {port.namespace for port in snapshot.proxy.ports} == {"/run/netns/x"}
    assert all(port.intercepted_at for port in snapshot.proxy.ports)


def test_a_bare_envoy_listens_in_the_namespace_it_is_told() -> None:
    hop = bare_envoy.Hop(
        address="127.0.0.1", port=1, http=True, target="10.0.0.9", target_port=80, namespace="/x"
    )
    (listener,) = bare_envoy.settings([hop])["static_resources"]["listeners"]
    assert listener["address"]["socket_address"]["network_namespace_filepath"] == "/x"


def test_a_swap_of_the_world_leads_the_name_to_another_address() -> None:
    store, traffic = Resident(), Traffic()
    store.doorbell.listen(traffic.hear)
    world = World(port=80, sandbox="/x", names=2, tasks=3)

    def live() -> list[str]:
        with store.transaction() as tx:
            traffic.look(tx)
            first = traffic.proxy(tx, "local").upstreams[0]
        assert len(first.endpoints) == 3
        return [e.address for e in first.endpoints if not e.draining]

    with store.transaction() as tx:
        seed(tx, world)
    before = live()
    for turn in range(2):
        with store.transaction() as tx:
            address = swap(tx, world, 0, turn)
            assert len(tx.where(Registration)) == 2
        assert live() == [address]
        assert (address in before) == (turn == 1)


def test_a_response_is_understood_without_reading_all_of_it() -> None:
    message = simulated_proxies.discovery_pb2.DeltaDiscoveryResponse(
        type_url="type.googleapis.com/x", nonce="7", removed_resources=["a" * 300]
    )
    message.resources.add(name="b", version="1")
    found = simulated_proxies.scan(message.SerializeToString())
    assert found == ("type.googleapis.com/x", "7")


def test_a_process_knows_what_it_used() -> None:
    assert cpu_seconds(os.getpid()) > 0
    assert 1 < resident_mib(os.getpid(), alone=True) < 4000


def test_a_task_definition_is_what_the_api_takes() -> None:
    made = api_calls.definition("cats")
    assert made["family"] == "cats"
    assert made["containerDefinitions"][0]["portMappings"][0]["name"] == "cats-80-tcp"


def test_the_longest_gap_is_between_good_answers_and_counts_from_the_beginning() -> None:
    asker = disturbances.Asker(
        asked=[(1.0, 1.1, True), (2.0, 2.1, False), (3.0, 3.5, True), (9.0, 9.1, True)]
    )
    assert asker.longest_gap(0.5, 4.0) == pytest.approx(2.4)
    assert asker.longest_gap(2.0, 3.0) == pytest.approx(1.0), "no good answer at all"
    assert asker.longest_gap(0.0, 9.5) == pytest.approx(5.6)


def test_what_callers_saw_is_of_all_of_them() -> None:
    callers = disturbances.Callers("/run/netns/none", 2, 10)
    callers.askers[0].asked += [(1.0, 1.1, True), (1.5, 1.6, False)]
    callers.askers[1].asked += [(1.0, 1.1, True), (7.0, 7.1, True)]
    assert callers.saw(0.9, 1.7) == disturbances.Seen(3, 1, pytest.approx(0.6))
    with pytest.raises(CannotMeasure):
        callers.saw(20.0, 30.0)


def test_a_lost_caller_is_one_more_in_a_namespace_that_is_not_there() -> None:
    lost = lost_caller()
    assert lost.uses_mesh
    assert [box.path for box in lost.sandboxes] == ["/run/netns/swb-nowhere"]
