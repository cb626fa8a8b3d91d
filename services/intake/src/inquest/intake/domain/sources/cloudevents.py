"""CloudEvents 1.0 over HTTP: binary, structured and batched.

Source: https://github.com/cloudevents/spec: spec.md, formats/json-format.md, bindings/http-protocol-binding.md.
"""

import base64
import binascii
import re
from collections.abc import Mapping as Attributes
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from pydantic import Field

from inquest.config.source_mapping import Becomes, Lookup, Mapping
from inquest.config.source_rules import fits
from inquest.contracts.v1.signal import SignalChange
from inquest.intake.domain.mapping import mapped
from inquest.intake.domain.payload import Line, Moment, Payload, understood
from inquest.intake.domain.reading import Reading, content_key, passed_over
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.several import several
from inquest.intake.domain.source import Delivered, Source, json_body
from inquest.intake.domain.sources import alertmanager, datadog, generic, grafana

STRUCTURED, BATCH = "application/cloudevents", "application/cloudevents-batch"
PREFIX = "ce-"
WORDS: dict[str, Becomes] = {
    **dict.fromkeys(("resolved", "recovered", "closed", "cleared", "ok", "normal"), "resolution"),
    **dict.fromkeys(("deployed", "deployment", "deploy", "released", "release", "rollback", "rolledback"), "change"),
    **dict.fromkeys(("change", "changed", "upgraded", "merged", "pushed", "toggled", "scaled"), "change"),
}
"""The convention: the last part of a type that is one of these, or the one before it, says what the event becomes."""

_VERSION = re.compile(r"v?\d+")


class _Event(Payload):
    specversion: str
    id: str = Field(min_length=1)
    source: str = Field(min_length=1)
    type: str = Field(min_length=1)
    time: Moment | None = None
    subject: Line = ""
    datacontenttype: str = ""
    data: Any = None
    data_base64: str | None = None


def _decode(raw: bytes, headers: Attributes[str, str]) -> Any:
    """Return one event as the structured mode has it, or a batch of them as a list."""
    given = headers.get("content-type", "").strip().casefold()
    if f"{PREFIX}specversion" not in headers or given.startswith(STRUCTURED):
        body = json_body(raw, headers)
        if not isinstance(body, list if given.startswith(BATCH) else dict | list):
            raise Refused("not-understood", f"the body is a JSON {type(body).__name__}, neither an event nor a batch")
        return body
    attributes: dict[str, Any] = {
        name.removeprefix(PREFIX): unquote(value.strip()) for name, value in headers.items() if name.startswith(PREFIX)
    }
    if raw:
        attributes["data"] = json_body(raw, headers) if _is_json(given) else raw.decode(errors="replace")
    return {**attributes, "datacontenttype": given}


def _is_json(content_type: str) -> bool:
    media_type = content_type.partition(";")[0].strip().casefold()
    return media_type in {"", "application/json", "text/json"} or media_type.endswith("+json")


def read(body: Any, delivered: Delivered) -> tuple[Reading, ...]:
    """Return what one event or a batch says. Raises Refused naming the attribute or field that is wrong."""
    if not isinstance(body, list):
        return _event(body, delivered)
    return several(body, lambda _, event: _event(event, delivered), delivered.received_at)


def _replay(body: Any, _: Attributes[str, str]) -> str | None:
    if not isinstance(body, dict) or not all(isinstance(body.get(name), str) for name in ("source", "id")):
        return None
    return content_key({"source": body["source"], "id": body["id"]})


SOURCE = Source("cloudevents", read, _replay, ("content-type", f"{PREFIX}*"), _decode, shakes_hands=True)


def _event(body: Any, delivered: Delivered) -> tuple[Reading, ...]:
    event = understood(_Event, body, "a CloudEvent")
    if event.specversion != "1.0":
        raise Refused("not-understood", f"not a CloudEvent: specversion is {event.specversion[:20]!r}, not 1.0")
    key, when = content_key({"source": event.source, "id": event.id}), event.time or delivered.received_at
    becomes = _becomes(event.type, delivered.settings.event_types)
    if becomes == "ignore":
        return (passed_over(key, when, f"{event.type[:200]} is ignored by event_types"),)
    data = _data(event)
    shape = _shape(data)
    if shape is not None:
        return shape.read(data, delivered)
    mapping = delivered.settings.mapping
    if mapping is None:
        return (replace(_of_document(event, data, becomes, when), key=key),)
    if becomes and mapping.kind == Mapping().kind:
        mapping = mapping.model_copy(update={"kind": Lookup(const=becomes)})
    readings = mapped(data, mapping, when, "cloudevents", body)
    if mapping.each is None:
        return (replace(readings[0], key=key),)
    return tuple(replace(one, key=content_key({"event": key, "part": one.key})) for one in readings)


def _becomes(event_type: str, types: Attributes[str, Becomes]) -> Becomes | None:
    """Return what the tenant's patterns say, or the convention, or None where neither says anything."""
    written = (what for pattern, what in types.items() if fits([pattern], [event_type]))
    parts = [part for part in re.split(r"[./:_]", event_type.casefold()) if not _VERSION.fullmatch(part)]
    return next(written, None) or next((WORDS[part] for part in parts[:-3:-1] if part in WORDS), None)


def _data(event: _Event) -> Any:
    if event.data_base64 is None:
        return event.data
    try:
        raw = base64.b64decode(event.data_base64, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("not-understood", "not a CloudEvent: data_base64 is not base64") from error
    return json_body(raw, {}) if _is_json(event.datacontenttype) else raw.decode(errors="replace")


def _shape(data: Any) -> Source | None:
    """Return the source whose payload the data is, if it is one of another source that Inquest knows."""
    if not isinstance(data, dict):
        return None
    if isinstance(data.get("alerts"), list):
        return grafana.SOURCE if "orgId" in data else alertmanager.SOURCE
    return datadog.SOURCE if "alert_transition" in data else None


def _of_document(event: _Event, data: Any, becomes: Becomes | None, when: datetime) -> Reading:
    """Return the event read as the generic document, with its attributes where the data says nothing.

    The data may be anybody's: a field that has the name of one of the document's and is not like it is left out.
    """
    said = data if isinstance(data, dict) else {"summary": str(data)} if data not in (None, "") else {}
    unread = generic.unreadable(said)
    body = {name: value for name, value in said.items() if name not in unread}
    reading = generic.document({**_attributes(event, body, when), **body})
    status = WORDS.get(str(said.get("status", "")).casefold())
    kind = becomes if becomes and becomes != "ignore" else "resolution" if status == "resolution" else reading.kind
    if kind == "resolution" and not reading.dedup_key:
        hint = "give the event a subject, or its data the dedup_key that the alert had"
        raise Refused("not-understood", f"{event.type[:200]} resolves nothing: it does not say what", hint)
    unread_label = {"unread": ", ".join(sorted(unread))} if unread else {}
    return replace(
        reading,
        kind=kind,
        change=(reading.change or SignalChange()) if kind == "change" else None,
        labels={"event_type": event.type, "event_source": event.source, **unread_label, **reading.labels},
        dedup_key=reading.dedup_key.replace("generic:", "cloudevents:", 1),
    )


def _attributes(event: _Event, body: Attributes[str, Any], when: datetime) -> dict[str, str]:
    """Return the fields of the document that the event's attributes give, where the data has none."""
    given: dict[str, str] = {}
    if not body.keys() & generic.TIMES:
        given["fired_at"] = when.isoformat()
    if not body.keys() & generic.TITLES:
        given["summary"] = f"{event.type} {event.subject}".strip()
    if event.subject:
        given["dedup_key"] = content_key({"source": event.source, "subject": event.subject})[:32]
        if not body.keys() & {"service", "services"}:
            given["service"] = event.subject[:200]
    return given
