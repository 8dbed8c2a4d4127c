"""The ec2 protocol: the query protocol's flat cousin, with camelCase XML out."""

from __future__ import annotations

from seaway.aws.errors import AwsError
from seaway.aws.model import Service
from seaway.aws.wire.form import FormParser
from seaway.aws.wire.protocol import Answer, Body, Payload, Wire
from seaway.aws.wire.refusal import EC2_HEADERS, read, refuse
from seaway.aws.wire.xml import XmlRenderer


class Ec2Codec:
    """One service in the ec2 protocol."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._parser = FormParser(service, ec2=True)
        self._renderer = XmlRenderer(service, item_tag="item")
        self._namespace = service.namespace.rstrip("/") + "/"

    def parse(self, operation: str, payload: Payload) -> Body:
        """The request's parameters, out of the dotted names."""
        return self._parser.request(self._service.operations[operation].input, payload)

    def render(self, operation: str, response: Body | None, request_id: str) -> Answer:
        """``<OpResponse><requestId>…``; what has nothing to say returns true."""
        output = self._service.operations[operation].output
        out = [
            f'<{operation}Response xmlns="{self._namespace}"><requestId>{request_id}</requestId>'
        ]
        body = response or {}
        if output is None:
            out.append("<return>true</return>")
        else:
            if "Return" in self._service.shapes[output].members:
                body = {"Return": True, **body}
            self._renderer.contents(output)(body, out)
        out.append(f"</{operation}Response>")
        return Answer(200, EC2_HEADERS, "".join(out).encode("utf-8"))

    def refuse(self, error: AwsError, request_id: str, *, query_mode: bool = False) -> Answer:
        """``<Response><Errors><Error>…``; the codes are not in the model."""
        return refuse(Wire.EC2, read(self._service, Wire.EC2, error), request_id)
