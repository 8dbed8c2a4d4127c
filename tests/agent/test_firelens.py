"""The log router's configuration, as Fluent Bit and Fluentd read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from seaway.agent.firelens import (
    CannotRoute,
    binds,
    configuration,
    environment,
    log_driver,
    secret_environment,
    write_files,
)
from seaway.core.task_definition import ContainerDefinition, Firelens, LogConfiguration, Secret
from seaway.link.messages import Assignment
from tests.agent.builders import a_container, an_assignment

ARN = "arn:aws:ecs:us-east-1:000000000000:task/c/0123"


def routed(
    name: str, *options: tuple[str, str], secrets: tuple[Secret, ...] = ()
) -> ContainerDefinition:
    log = LogConfiguration(driver="awsfirelens", options=options, secrets=secrets)
    return a_container(name, log=log)


def a_task(
    kind: str, *containers: ContainerDefinition, mode: str = "bridge", **options: str
) -> Assignment:
    said = tuple((name.replace("_", "-"), value) for name, value in options.items())
    router = a_container("router", firelens=Firelens(type=kind, options=said))
    return an_assignment(*containers, router, network_mode=mode)


SECRET = Secret(name="api_key", value_from="arn:aws:ssm:us-east-1:000000000000:parameter/k")


def test_what_fluent_bit_reads() -> None:
    web = routed(
        "web", ("Name", "firehose"), ("region", "us-east-1"), ("include-pattern", "^[Ee]rror"),
        ("log-driver-buffer-limit", "100"), secrets=(SECRET,),
    )  # fmt: skip
    side = routed("side")
    text = configuration(
        a_task("fluentbit", web, side, config_file_type="file", config_file_value="/extra.conf")
    )
    assert (
        text
        == f"""\
[INPUT]
    Name tcp
    Listen 127.0.0.1
    Port 8877
    Tag firelens-healthcheck

[INPUT]
    Name forward
    unix_path /var/run/fluent.sock

[INPUT]
    Name forward
    Listen 0.0.0.0
    Port 24224

[FILTER]
    Name grep
    Match web-firelens*
    Regex log ^[Ee]rror

[FILTER]
    Name record_modifier
    Match *
    Record ecs_cluster c
    Record ecs_task_arn {ARN}
    Record ecs_task_definition f:2

@INCLUDE /extra.conf

[OUTPUT]
    Name null
    Match firelens-healthcheck

[OUTPUT]
    Name firehose
    Match web-firelens*
    region us-east-1
    api_key ${{api_key_0}}

"""
    )


def test_what_fluentd_reads() -> None:
    web = routed("web", ("@type", "s3"), ("exclude-pattern", "debug"), secrets=(SECRET,))
    text = configuration(a_task("fluentd", web, mode="awsvpc"))
    assert (
        text
        == f"""\
<source>
    @type tcp
    bind 127.0.0.1
    port 8877
    tag firelens-healthcheck
    <parse>
        @type none
    </parse>
</source>

<source>
    @type unix
    path /var/run/fluent.sock
</source>

<source>
    @type forward
    bind 127.0.0.1
    port 24224
</source>

<filter web-firelens**>
    @type grep
    <exclude>
        key log
        pattern debug
    </exclude>
</filter>

<filter **>
    @type record_transformer
    <record>
        ecs_cluster c
        ecs_task_arn {ARN}
        ecs_task_definition f:2
    </record>
</filter>

<match firelens-healthcheck>
    @type null
</match>

<match web-firelens**>
    @type s3
    api_key "#{{ENV['api_key_0']}}"
</match>

"""
    )


def test_metadata_and_the_port_are_left_out_where_they_are_not_wanted() -> None:
    web = routed("web", ("Name", "stdout"))
    text = configuration(a_task("fluentbit", web, mode="host", enable_ecs_log_metadata="false"))
    assert "record_modifier" not in text
    assert "24224" not in text


@pytest.mark.parametrize(("kind", "missing"), [("fluentbit", "Name"), ("fluentd", "@type")])
def test_options_that_name_no_output_are_refused(kind: str, missing: str) -> None:
    task = a_task(kind, routed("web", ("region", "us-east-1")))
    with pytest.raises(
        CannotRoute, match=f"the awsfirelens options of container web lack {missing}"
    ):
        configuration(task)


def test_the_engine_hands_lines_to_the_socket_with_the_containers_tag() -> None:
    web = routed("web", ("Name", "stdout"), ("log-driver-buffer-limit", "100"))
    task = a_task("fluentbit", web)
    driver = log_driver(task, web, Path("/d/0123"))
    assert driver.driver == "fluentd"
    assert dict(driver.options) == {
        "fluentd-address": "unix:///d/0123/router/fluent.sock",
        "fluentd-async": "true",
        "fluentd-sub-second-precision": "true",
        "fluentd-buffer-limit": "100",
        "tag": "web-firelens-0123",
    }


@pytest.mark.parametrize(
    ("mode", "host"), [("bridge", "10.0.0.11"), ("awsvpc", "127.0.0.1"), ("host", None)]
)
def test_routed_containers_are_told_where_the_router_is(mode: str, host: str | None) -> None:
    web = routed("web", ("Name", "stdout"))
    task = a_task("fluentbit", web, mode=mode)
    told = dict(environment(task, web))
    assert told == ({} if host is None else {"FLUENT_HOST": host, "FLUENT_PORT": "24224"})
    assert environment(task, task.containers[-1]) == ()


def test_secret_options_are_variables_of_the_router_and_in_no_file(tmp_path: Path) -> None:
    web = routed("web", ("Name", "http"), secrets=(SECRET,))
    task = a_task("fluentbit", a_container("side"), web)
    values = {"web": (("api_key", "s3cret"),)}
    assert secret_environment(task, values) == (("api_key_1", "s3cret"),)
    write_files(task, tmp_path, None)
    assert "${api_key_1}" in (tmp_path / "fluent.conf").read_text()


def test_a_file_from_s3_is_included_from_where_the_router_finds_it(tmp_path: Path) -> None:
    where = {"config_file_type": "s3", "config_file_value": "arn:aws:s3:::b/c"}
    task = a_task("fluentd", routed("web", ("@type", "null")), **where)
    write_files(task, tmp_path, "<match x>\n</match>\n")
    assert "@include /fluentd/etc/external.conf" in (tmp_path / "fluent.conf").read_text()
    assert binds(task.containers[-1], tmp_path) == (
        f"{tmp_path}/fluent.conf:/fluentd/etc/fluent.conf",
        f"{tmp_path}/router:/var/run",
        f"{tmp_path}/fluent-external.conf:/fluentd/etc/external.conf",
    )
    assert (tmp_path / "fluent-external.conf").read_text() == "<match x>\n</match>\n"


def test_a_socket_that_the_kernel_could_not_name_is_refused(tmp_path: Path) -> None:
    task = a_task("fluentbit", routed("web", ("Name", "stdout")))
    with pytest.raises(CannotRoute, match="too long"):
        write_files(task, tmp_path / ("d" * 100), None)
