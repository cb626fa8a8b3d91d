"""Every text of a model is redacted, found by its annotation: a field that is added tomorrow is cleaned as well."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, get_args

from pydantic import BaseModel

from inquest.contracts.message import Message
from inquest.contracts.redaction.redactor import Redactor

_TRACE_IDS = frozenset({"trace_ids", "span_ids", "parent_ids"})
_PLAIN_ID = re.compile(r"[0-9a-f]{16}(?:[0-9a-f]{16})?")  # W3C trace context; sixteen digits would pass for a card
_COLUMN_MIN = 8  # fewer texts are sooner redacted one by one

ModelT = TypeVar("ModelT", bound=Message)


class Cleaning:
    """Cleans models column by column, since rules that find nothing in a whole column are not tried again.

    Fields named in `exempt` stay as they are. A text that a mark makes longer is cut where it is longer than it was
    and than `room` characters, so that it stays within the limits of its field.
    """

    def __init__(self, redactor: Redactor, exempt: Collection[str] = (), room: int | None = None) -> None:
        self._redactor = redactor
        self._exempt = frozenset(exempt)
        self._room = room
        self._names: dict[str, str] = {}  # attributes have few names, and many values

    def model(self, model: ModelT) -> ModelT:
        """Return the model without what the redactor removes; the same object where that is nothing."""
        return self._models([model])[0]

    def _models(self, rows: Sequence[ModelT]) -> list[ModelT]:
        updates: list[dict[str, Any]] = [{} for _ in rows]
        for name in text_fields(type(rows[0])):
            if name in self._exempt:
                continue
            before = [getattr(row, name) for row in rows]
            hidden = [self._ids(ids) for ids in before] if name in _TRACE_IDS else self._many(before)
            for update, old, new in zip(updates, before, hidden, strict=True):
                if new is not old and new != old:
                    update[name] = new
        return [row.model_copy(update=update) if update else row for row, update in zip(rows, updates, strict=True)]

    def _any(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._cut(self._redactor.text(value), value)
        if isinstance(value, Message):
            return self.model(value)
        if isinstance(value, Mapping):
            return self._attributes([value])[0] if value else value
        if isinstance(value, list | tuple):
            clean = self._many(value)
            return clean if clean is value else type(value)(clean)
        return value

    def _many(self, values: Sequence[Any]) -> Sequence[Any]:
        kinds = set(map(type, values))
        if kinds <= {str, type(None)}:
            return self._texts(values, [one for one in dict.fromkeys(values) if one])
        if len(kinds) == 1 and issubclass(next(iter(kinds)), Message):
            return self._models(values)
        if kinds and all(issubclass(one, Mapping) for one in kinds):
            return self._attributes(values)
        return [self._any(one) for one in values]

    def _texts(self, values: Sequence[Any], distinct: Sequence[str]) -> Sequence[Any]:
        few = len(distinct) < _COLUMN_MIN
        clean = map(self._redactor.text, distinct) if few else self._redactor.texts(distinct)
        changed = {old: self._cut(new, old) for old, new in zip(distinct, clean, strict=True) if new != old}
        return [changed.get(one, one) for one in values] if changed else values

    def _ids(self, ids: Sequence[str | None]) -> Sequence[str | None]:
        return self._texts(ids, [one for one in dict.fromkeys(ids) if one and not _PLAIN_ID.fullmatch(one)])

    def _attributes(self, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        texts = [{name: one for name, one in row.items() if isinstance(one, str)} for row in rows]
        return [
            {
                self._name(name): self._cut(clean[name], one) if isinstance(one, str) else self._any(one)
                for name, one in row.items()
            }
            for row, clean in zip(rows, self._redactor.attribute_rows(texts), strict=True)
        ]

    def _name(self, name: str) -> str:
        known = self._names.get(name)
        if known is None:
            known = self._names[name] = self._cut(self._redactor.text(name), name)
        return known

    def _cut(self, clean: str, before: str) -> str:
        return clean if self._room is None else clean[: max(len(before), self._room)]


def texts_of(value: Any) -> Iterator[str]:
    """Yield every text of a model, in the order of its fields; of mappings, the values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Message):
        for name in text_fields(type(value)):
            yield from texts_of(getattr(value, name))
    elif isinstance(value, Mapping | list | tuple):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from texts_of(one)


@cache
def text_fields(model: type[Message]) -> tuple[str, ...]:
    """Return the fields that may hold a text, at any depth. A Literal holds none: its words are ours."""
    return tuple(name for name, field in model.model_fields.items() if _may_hold_text(field.annotation))


def _may_hold_text(annotation: Any) -> bool:
    if annotation in (str, Any, object):
        return True
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return True
    return any(map(_may_hold_text, get_args(annotation)))
