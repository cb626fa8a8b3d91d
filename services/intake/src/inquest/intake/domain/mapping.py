"""Any JSON by the tenant's mapping: which path in it is which field of a signal."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from inquest.config.source_mapping import EVERY, ChangeMapping, Lookup, Mapping, Step, steps
from inquest.contracts.v1.signal import SignalChange, SignalKind
from inquest.intake.domain.payload import NAME_CHARS_MAX, Moment, links
from inquest.intake.domain.reading import Reading, content_key, passed_over
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.several import several
from inquest.intake.domain.severity import severity_of

KINDS: dict[str, SignalKind | None] = {
    "alert": "alert",
    "firing": "alert",
    "resolution": "resolution",
    "resolved": "resolution",
    "change": "change",
    "ticket": "ticket",
    "ignore": None,
}
CHANGE_KINDS = ("deploy", "commit", "flag", "config")
_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)


def mapped(item: Any, mapping: Mapping, received_at: datetime, source: str, root: Any = None) -> tuple[Reading, ...]:
    """Return what a delivery says by the mapping. Raises Refused naming the field and its path.

    Args:
        item: what paths from `$` begin at, where the mapping has no `each`.
        mapping: the tenant's.
        received_at: the time of what has none of its own.
        source: begins dedup keys.
        root: what paths from `$$` begin at; None: `item`.
    """
    whole = item if root is None else root

    def one(_: int, element: Any) -> tuple[Reading, ...]:
        return (_Delivery(element, whole, mapping, received_at, source).reading(),)

    if mapping.each is None:
        return one(0, item)
    found: Any = list(_walk(item, steps(mapping.each)[1:]))
    if EVERY not in steps(mapping.each):
        found = found[0] if found else None
    if not isinstance(found, list):
        what = "nothing" if found is None else f"a JSON {type(found).__name__}"
        raise Refused("not-understood", f"mapping.each: {mapping.each} leads to {what}, not to a list")
    return several(found, one, received_at)


@dataclass(frozen=True, slots=True)
class _Delivery:
    """One element under its mapping: paths from `$` begin at `item`, those from `$$` at `body`."""

    item: Any
    body: Any
    mapping: Mapping
    received_at: datetime
    source: str

    def reading(self) -> Reading:
        mapping, word = self.mapping, self.text("kind", self.mapping.kind)
        if word.casefold() not in KINDS:
            wrong = f"says {word[:NAME_CHARS_MAX]!r}, which is none of {', '.join(KINDS)}"
            raise self.wrong("kind", mapping.kind, wrong)
        kind = KINDS[word.casefold()]
        if kind is None:
            return passed_over(content_key({"item": self.item}), self.received_at, f"mapping.kind is {word}")
        occurred_at, given = self.occurred_at(), self.text("key", mapping.key)
        said_at = self.text("occurred_at", mapping.occurred_at)
        # With the kind, so that a mapping to the id of the alarm does not make its resolution a repeat.
        key = f"{given}:{kind}" if given else content_key({"item": self.item, "at": said_at})
        dedup_key = ":".join(filter(None, (self.text("dedup_key", lookup) for lookup in mapping.dedup_key)))
        if kind == "resolution" and not dedup_key:
            raise Refused("not-understood", "mapping.dedup_key: a resolution needs the one that its alert had")
        title, severity = self.first("title", mapping.title), self.text("severity", mapping.severity)
        return Reading(
            key=_bounded(key),
            kind=kind,
            occurred_at=occurred_at,
            title=title or f"{kind.capitalize()} from {self.source}",
            severity=severity_of(severity) or "high",
            services=self.services(),
            metric=self.text("metric", mapping.metric)[:NAME_CHARS_MAX] or None,
            labels={name: text for name, lookup in mapping.labels.items() for text in self.some(name, lookup)[:1]},
            dedup_key=f"{self.source}:{_bounded(dedup_key)}" if dedup_key else "",
            links=links(*(url for lookup in mapping.links for url in self.some("links", lookup))),
            change=self.change(mapping.change or ChangeMapping()) if kind == "change" else None,
        )

    def services(self) -> tuple[tuple[str, ...], ...]:
        names = tuple(name[:NAME_CHARS_MAX] for name in self.all("service", self.mapping.service))
        others = tuple((name[:NAME_CHARS_MAX],) for name in self.all("services", self.mapping.services))
        return ((names,) if names else ()) + others

    def occurred_at(self) -> datetime:
        lookup = self.mapping.occurred_at
        said = self.text("occurred_at", lookup)
        if lookup is None or not said:
            return self.received_at
        try:
            return _MOMENT.validate_python(said)
        except ValidationError as error:
            raise self.wrong("occurred_at", lookup, f"says {said[:NAME_CHARS_MAX]!r}, which is no time") from error

    def change(self, mapping: ChangeMapping) -> SignalChange:
        said = {name: self.text(f"change.{name}", getattr(mapping, name)) for name in ChangeMapping.model_fields}
        if said["kind"] not in CHANGE_KINDS:
            wrong = f"says {said['kind'][:NAME_CHARS_MAX]!r}, which is none of {', '.join(CHANGE_KINDS)}"
            raise self.wrong("change.kind", mapping.kind, wrong)
        url = next(iter(links(said.pop("url"))), "")
        return SignalChange.model_validate({**{name: text[:NAME_CHARS_MAX] for name, text in said.items()}, "url": url})

    def text(self, field: str, lookup: Lookup | None) -> str:
        """Return the one value of a field as text; empty where there is none and need be none. Raises Refused."""
        if lookup is None:
            return ""
        found = self.some(field, lookup)
        if not found and not lookup.optional:
            raise self.wrong(field, lookup, "leads to nothing; give it a `default`, or `optional: true`")
        return found[0] if found else ""

    def all(self, field: str, lookups: tuple[Lookup, ...]) -> tuple[str, ...]:
        """Return every value of a field, each once. Raises Refused where there is none and one must be."""
        found = tuple(dict.fromkeys(one for lookup in lookups for one in self.some(field, lookup)))
        if lookups and not found and not any(lookup.optional for lookup in lookups):
            raise self.wrong(field, lookups[0], "leads to nothing; give it a `default`, or `optional: true`")
        return found

    def first(self, field: str, lookups: tuple[Lookup, ...]) -> str:
        return next(iter(self.all(field, lookups)), "")

    def some(self, field: str, lookup: Lookup) -> list[str]:
        """Return what a lookup finds, as texts. Raises Refused for what is no text or number."""
        if lookup.path is None:
            return [_text(lookup.const)]
        root, *path = steps(lookup.path)
        found = [one for one in _walk(self.body if root == "$$" else self.item, path) if one not in (None, "")]
        if len(found) == 1 and isinstance(found[0], list):
            found = [one for one in found[0] if one not in (None, "")]
        if nested := [type(one).__name__ for one in found if isinstance(one, dict | list)]:
            raise self.wrong(field, lookup, f"leads to a JSON {nested[0]}, not to a text or number")
        texts = [lookup.values.get(text, lookup.values.get(EVERY, text)) for text in map(_text, found)]
        return texts if texts or lookup.default is None else [_text(lookup.default)]

    def wrong(self, field: str, lookup: Lookup, what: str) -> Refused:
        where = lookup.path or f"the constant {lookup.const!r}"
        return Refused("not-understood", f"mapping.{field}: {where} {what}", "see docs/sources/generic.md")


def _walk(value: Any, path: list[Step] | tuple[Step, ...]) -> Iterator[Any]:
    if not path:
        yield value
        return
    step, *rest = path
    if step == EVERY:
        for one in value if isinstance(value, list) else value.values() if isinstance(value, dict) else ():
            yield from _walk(one, rest)
    elif isinstance(step, int):
        if isinstance(value, list) and -len(value) <= step < len(value):
            yield from _walk(value[step], rest)
    elif isinstance(value, dict) and step in value:
        yield from _walk(value[step], rest)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bounded(key: str) -> str:
    """Return a key that is short enough to keep; cut, two could become one."""
    return key if len(key) <= NAME_CHARS_MAX else hashlib.sha256(key.encode()).hexdigest()
