"""The rule of v1: it grows by optional fields only. Compares two sets of JSON Schemas."""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
_WORDS_ONLY = frozenset({"title", "description", "default", "examples"})  # no reader decodes differently for these

_GROWING = frozenset({"ToolRequest.domain", "ToolResult.domain", "ToolCall.domain"})
"""Literals that may gain words: nobody asks for a new domain before the gateway and the trace store were deployed."""


def breaks(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> list[str]:
    """Return one sentence for each change that an old reader or writer could not live with."""
    return sorted(set(_breaks(old, new)))


def _breaks(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> Iterator[str]:
    for name, schema in old.items():
        if name not in new:
            yield f"message {name} is gone"
            continue
        yield from _object_breaks(name, schema, new[name])
        for part, definition in schema.get("$defs", {}).items():
            if part in new[name].get("$defs", {}):
                yield from _object_breaks(part, definition, new[name]["$defs"][part])


def _object_breaks(name: str, old: Schema, new: Schema) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    required, required_now = set(old.get("required", ())), set(new.get("required", ()))
    for field, schema in before.items():
        if field not in after:
            yield f"{name}.{field} is gone"
        elif _shape(schema) != _shape(after[field]) and not _grew(f"{name}.{field}", schema, after[field]):
            yield f"{name}.{field} has another shape"
    for field in sorted(required_now - required):
        yield f"{name}.{field} has become required: messages of older writers lack it"
    for field in sorted((required - required_now) & set(after)):
        yield f"{name}.{field} is no longer required: older readers need it"


def _grew(field: str, old: Schema, new: Schema) -> bool:
    rest_old, rest_new = ({**_shape(one), "enum": None} for one in (old, new))
    return field in _GROWING and rest_old == rest_new and set(old["enum"]) < set(new["enum"])


def _shape(schema: Any) -> Any:
    """Return a field's schema without its words. Nested objects are `$ref`s, so no key here is a field's name."""
    if isinstance(schema, Mapping):
        return {key: _shape(item) for key, item in schema.items() if key not in _WORDS_ONLY}
    if isinstance(schema, list):
        return [_shape(item) for item in schema]
    return schema
