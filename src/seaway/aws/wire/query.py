"""The query protocol: a form with Action and Version in, XML with a result wrapper out."""

from __future__ import annotations

from seaway.aws.errors import AwsError
from seaway.aws.model import Service
from seaway.aws.wire.form import FormParser
from seaway.aws.wire.protocol import Answer, Body, Payload, Wire
from seaway.aws.wire.refusal import XML_HEADERS, read, refuse
from seaway.aws.wire.xml import XmlRenderer


class QueryCodec:
    """One service in the query protocol."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._parser = FormParser(service, ec2=False)
        self._renderer = XmlRenderer(service, item_tag="member")

    def parse(self, operation: str, payload: Payload) -> Body:
        """The request's parameters, out of the dotted names."""
        return self._parser.request(self._service.operations[operation].input, payload)

    def render(self, operation: str, response: Body | None, request_id: str) -> Answer:
        """``<OpResponse><OpResult>…</OpResult><ResponseMetadata>…``."""
        model = self._service.operations[operation]
        out = [f'<{operation}Response xmlns="{self._service.namespace}">']
        if model.output is not None:
            wrapper = model.result_wrapper or f"{operation}Result"
            out.append(f"<{wrapper}>")
            self._renderer.contents(model.output)(response or {}, out)
            out.append(f"</{wrapper}>")
        out.append(
            f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
            f"</{operation}Response>"
        )
        return Answer(200, XML_HEADERS, "".join(out).encode("utf-8"))

    def refuse(self, error: AwsError, request_id: str, *, query_mode: bool = False) -> Answer:
        """``<ErrorResponse><Error>…`` with the model's own code."""
        refusal = read(self._service, Wire.QUERY, error)
        return refuse(Wire.QUERY, refusal, request_id, namespace=self._service.namespace)
