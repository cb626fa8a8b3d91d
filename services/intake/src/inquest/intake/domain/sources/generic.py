"""The generic source: a small JSON of Inquest's own, or any other by the tenant's mapping."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, model_validator

from inquest.config.tenant import RecordedWindow
from inquest.contracts.message import Instant
from inquest.contracts.v1.signal import SignalChange, SignalKind
from inquest.intake.domain.mapping import mapped
from inquest.intake.domain.payload import links
from inquest.intake.domain.reading import Reading, content_key
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.several import several
from inquest.intake.domain.severity import severity_of
from inquest.intake.domain.source import Delivered, Source, json_body, json_object

Scalar = str | int | float | bool
TIMES = ("fired_at", "occurred_at", "timestamp", "time")
TITLES = ("summary", "title")
_SAME = {name: names for names in (TIMES, TITLES) for name in names}


class GenericBody(BaseModel):
    """The document, as docs/sources/generic.md describes it. Other scalar fields become labels."""

    model_config = ConfigDict(extra="allow", frozen=True)

    fired_at: Instant = Field(validation_alias=AliasChoices(*TIMES))
    service: str | None = Field(default=None, min_length=1, max_length=200)
    services: tuple[str, ...] = Field(default=(), max_length=50)
    metric: str | None = Field(default=None, max_length=200)
    observed: Scalar | None = None
    threshold: Scalar | None = None
    severity: str = "high"
    summary: str = Field(default="", validation_alias=AliasChoices(*TITLES))
    status: Literal["firing", "resolved"] = "firing"
    dedup_key: str = Field(default="", max_length=200)
    labels: dict[str, Scalar] = Field(default_factory=dict)
    links: tuple[str, ...] = Field(default=(), max_length=20)
    change: SignalChange | None = None
    window: RecordedWindow | None = None
    baseline: RecordedWindow | None = None

    @model_validator(mode="before")
    @classmethod
    def _null_means_absent(cls, value: Any) -> Any:
        given = _without_null(value)
        return {name: _without_null(one) for name, one in given.items()} if isinstance(given, dict) else given


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: one for name, one in value.items() if one is not None}
    return [one for one in value if one is not None] if isinstance(value, list) else value


def read(body: Any, delivered: Delivered) -> tuple[Reading, ...]:
    """Return what a generic delivery says. Raises Refused naming the field that is wrong."""
    mapping = delivered.settings.mapping
    if mapping is not None:
        return mapped(body, mapping, delivered.received_at, "generic")
    if isinstance(body, list):
        return several(body, lambda _, one: (document(one),), delivered.received_at)
    return (document(body),)


def document(body: Any) -> Reading:
    """Return what one document says. Raises Refused naming the field that is wrong."""
    try:
        said = GenericBody.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the document"
        hint = "give fired_at as RFC 3339 with a zone, such as 2024-05-01T10:00:00Z" if where == "fired_at" else ""
        raise Refused("not-understood", f"{where[:200]}: {first['msg']}", hint) from error
    if said.status == "resolved" and not said.dedup_key:
        raise Refused("not-understood", "status resolved needs the dedup_key that the alert had")
    return _reading(said, content_key(body))


def unreadable(body: Mapping[str, Any]) -> set[str]:
    """Return the names in a document whose values are not as they must be."""
    try:
        GenericBody.model_validate(body)
    except ValidationError as error:
        wrong = {str(one["loc"][0]) for one in error.errors(include_url=False) if one["loc"]}
        return {name for first in wrong for name in _SAME.get(first, (first,)) if name in body}
    return set()


def _decode(raw: bytes, headers: Mapping[str, str]) -> Any:
    return json_body(raw, headers) if raw.lstrip()[:1] == b"[" else json_object(raw, headers)


SOURCE = Source("generic", read, decode=_decode)


def _reading(said: GenericBody, key: str) -> Reading:
    names = dict.fromkeys((*((said.service,) if said.service else ()), *said.services))
    kind: SignalKind = "change" if said.change else "resolution" if said.status == "resolved" else "alert"
    return Reading(
        key=key,
        kind=kind,
        occurred_at=said.fired_at,
        title=said.summary or _title(said),
        severity=severity_of(said.severity) or "high",
        services=tuple((name,) for name in names),
        metric=said.metric,
        labels=_labels(said),
        dedup_key=f"generic:{said.dedup_key}" if said.dedup_key else "",
        links=links(*said.links),
        change=said.change,
        window=said.window,
        baseline=said.baseline,
    )


def _title(said: GenericBody) -> str:
    subject = " ".join(filter(None, (said.service, said.metric)))
    if said.change:
        return " ".join(filter(None, (said.change.kind.capitalize(), said.change.ref, "of", subject or "a service")))
    if not subject:
        return f"Incident reported at {said.fired_at:%Y-%m-%d %H:%M:%S} UTC"
    observed = f" at {said.observed}" if said.observed is not None else ""
    threshold = f" (threshold {said.threshold})" if said.threshold is not None else ""
    return f"{subject}{observed}{threshold}" if observed or threshold else f"{subject} violates its objective"


def _labels(said: GenericBody) -> dict[str, str]:
    measured = {"observed": said.observed, "threshold": said.threshold}
    extra = {key: value for key, value in (said.model_extra or {}).items() if isinstance(value, str | int | float)}
    merged = {**extra, **measured, **said.labels}
    return {key: str(value) for key, value in merged.items() if value is not None}
