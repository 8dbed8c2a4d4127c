"""AWS's lines in their envelopes, opened again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from seaway.core.mesh.accesslog import AccessLine, access_logger, parse_access_line
from seaway.core.mesh.proxy import AccessLog, LogFormat, Protocol

COMMON = (
    *("start_time", "method", "path", "protocol", "response_code", "bytes_received", "bytes_sent"),
    *("duration", "upstream_service_time", "forwarded_for", "user_agent", "request_id"),
    *("authority", "upstream_host", "stream_id"),
)


def the_format(log: AccessLog, protocol: Protocol) -> Any:
    return access_logger(log, protocol)["typed_config"]["log_format"]


def the_text(log: AccessLog, protocol: Protocol) -> str:
    return str(the_format(log, protocol)["text_format_source"]["inline_string"])


@pytest.mark.parametrize(
    ("protocol", "rest"),
    [
        (Protocol.HTTP, '"%UPSTREAM_HOST%"\n'),
        (Protocol.HTTP2, '"%UPSTREAM_HOST%" "%STREAM_ID%"\n'),
        (Protocol.GRPC, '"%UPSTREAM_HOST%" "%STREAM_ID%"\n'),
    ],
)
def test_a_text_line_is_awss_behind_whose_it_is(protocol: Protocol, rest: str) -> None:
    text = the_text(AccessLog(owner="t1", query=True), protocol)
    assert text.startswith(
        'c\tt1\t%UPSTREAM_HOST%\t[%START_TIME%] "%REQ(:METHOD)% '
        '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% '
    )
    assert text.endswith(f'"%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" {rest}')
    assert ("%RESPONSE_CODE% %GRPC_STATUS()% " in text) is (protocol is Protocol.GRPC)


def test_query_strings_are_left_out_unless_they_are_wanted() -> None:
    assert "%PATH(NQ:ORIG_OR_PATH)%" in the_text(AccessLog(), Protocol.HTTP)
    keys = the_format(AccessLog(format=LogFormat.JSON), Protocol.HTTP)["json_format"]["line"]
    assert keys["path"] == "%PATH(NQ:ORIG_OR_PATH)%"


@pytest.mark.parametrize(
    ("protocol", "wanted"),
    [
        (Protocol.HTTP, {*COMMON, "duration_ms"} - {"duration", "stream_id"}),
        (Protocol.HTTP2, {*COMMON}),
        (Protocol.GRPC, {*COMMON, "grpc_status"}),
    ],
)
def test_a_json_lines_keys_are_awss(protocol: Protocol, wanted: set[str]) -> None:
    told = the_format(AccessLog(format=LogFormat.JSON), protocol)["json_format"]
    assert set(told["line"]) == wanted
    assert told["side"] == "s"


def test_a_text_line_is_opened_with_whatever_is_in_it() -> None:
    assert parse_access_line('s\t\t10.0.1.7:80\t[now] "GET / HTTP/1.1" a\tb\n') == AccessLine(
        side="s", owner="", upstream_host="10.0.1.7:80", text='[now] "GET / HTTP/1.1" a\tb'
    )


def test_a_json_line_gets_awss_order_again() -> None:
    line = dict.fromkeys(sorted(COMMON), 1) | {"grpc_status": "OK"}
    told = json.dumps({"line": line, "owner": "t1", "side": "c", "upstream_host": None})
    opened = parse_access_line(told)
    assert opened is not None
    assert (opened.side, opened.owner, opened.upstream_host) == ("c", "t1", "-")
    assert tuple(json.loads(opened.text)) == (*COMMON, "grpc_status")


@pytest.mark.parametrize("line", ["", "c\tt1\t10.0.1.7:80", "x\ty\tz\tw", '{"line": {"a": ', "{}"])
def test_half_a_line_is_none(line: str) -> None:
    assert parse_access_line(line) is None
