"""What a source is: how a delivery is read, what tells it from a repeat, and which headers go with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import from_json

from inquest.config.sources import SourceConfig
from inquest.contracts.v1.controls import TEST_HEADER
from inquest.intake.domain.reading import Reading, cut
from inquest.intake.domain.refusal import Refused


@dataclass(frozen=True, slots=True)
class Delivered:
    """What goes with the body of a delivery.

    Attributes:
        headers: those that the source keeps, by lower-case name; empty for most deliveries from the bus.
        settings: the tenant's entry for this source.
        received_at: when the delivery was stored, or is being received.
    """

    headers: Mapping[str, str]
    settings: SourceConfig
    received_at: datetime


def json_body(raw: bytes, _headers: Mapping[str, str]) -> Any:
    """Return the JSON value that the body is. Raises Refused."""
    try:
        return from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise Refused("not-json", f"the body is not JSON: {error}", "send the payload as UTF-8 JSON") from error


def json_object(raw: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    """Return the JSON object that the body is, out of its CloudEvent where it is in one. Raises Refused."""
    body = json_body(raw, headers)
    if not isinstance(body, dict):
        raise Refused("not-understood", f"the body is a JSON {type(body).__name__}, not an object")
    if "specversion" not in body or "data" not in body:
        return body
    if not isinstance(body["data"], dict):
        raise Refused("not-understood", "the CloudEvent's data is not a JSON object", "send datacontenttype JSON")
    return {"time": body["time"], **body["data"]} if "time" in body else body["data"]


@dataclass(frozen=True, slots=True)
class Source:
    """One source of signals; a file of `inquest.intake.domain.sources` each.

    Attributes:
        name: as in the URL, the subject and inquest.yaml.
        read: what a delivery says, one Reading per alert; raises Refused naming the field that is wrong.
            A delivery on which Inquest does not act is one Reading of kind None with a reason.
        replay: what tells a delivery from others of its source: a repeat has the same. None: its bytes.
        headers: names of the HTTP headers that `read`, `replay` and `decode` need, in lower case, kept with the
            raw delivery; a name that ends with `*` is a prefix.
        decode: from the raw body and those headers to what `read` and `replay` are given; raises Refused.
        shakes_hands: whether its senders ask first whether they may deliver, as CloudEvents senders do.
    """

    name: str
    read: Callable[[Any, Delivered], tuple[Reading, ...]]
    replay: Callable[[Any, Mapping[str, str]], str | None] = lambda _body, _headers: None
    headers: tuple[str, ...] = ()
    decode: Callable[[bytes, Mapping[str, str]], Any] = json_object
    shakes_hands: bool = False

    def kept(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return those of the headers that go with the delivery, by lower-case name."""
        exact = {TEST_HEADER.lower(), *(name for name in self.headers if not name.endswith("*"))}
        prefixes = tuple(name[:-1] for name in self.headers if name.endswith("*"))
        lower = ((name.lower(), value) for name, value in headers.items())
        return {name: value for name, value in lower if name in exact or (prefixes and name.startswith(prefixes))}


def parse(raw: bytes, source: Source, delivered: Delivered) -> tuple[Reading, ...]:
    """Return what a delivery says, one Reading per alert. Raises Refused when it is not what this source sends."""
    return tuple(map(cut, source.read(source.decode(raw, delivered.headers), delivered)))
