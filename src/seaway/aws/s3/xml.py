"""XML documents in requests, and pieces of those in answers."""

from __future__ import annotations

from xml.etree import ElementTree

from seaway.aws.instants import instant
from seaway.aws.s3.errors import malformed
from seaway.aws.wire import scalar
from seaway.aws.wire.xml import escape
from seaway.core.names import Tags


def tree(document: bytes, root: str) -> ElementTree.Element:
    """The document, whose root has this name. Raises Refusal."""
    if b"<!DOCTYPE" in document or b"<!ENTITY" in document:
        raise malformed()
    try:
        found = ElementTree.fromstring(document)
    except ElementTree.ParseError as error:
        raise malformed() from error
    for element in found.iter():
        element.tag = element.tag.rpartition("}")[2]
    if found.tag != root:
        raise malformed()
    return found


def tags_in(document: bytes) -> Tags:
    """The tags of a Tagging document. Raises Refusal."""
    found = tree(document, "Tagging").findall("TagSet/Tag")
    return tuple((tag.findtext("Key") or "", tag.findtext("Value") or "") for tag in found)


def tag_set(tags: Tags) -> str:
    """Tags in an answer."""
    inner = "".join(f"<Tag>{element('Key', k)}{element('Value', v)}</Tag>" for k, v in tags)
    return f"<TagSet>{inner}</TagSet>"


def element(name: str, value: object) -> str:
    """An element with a text."""
    return f"<{name}>{escape(str(value))}</{name}>"


def time_of(seconds: float) -> str:
    """A time in a document."""
    return scalar.iso8601(instant(seconds))


def date_of(seconds: float) -> str:
    """A time in a header."""
    return scalar.rfc822(instant(seconds))
