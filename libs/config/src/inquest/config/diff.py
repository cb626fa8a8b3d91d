"""The difference between two configurations, for people: `path: old → new`."""

import json
from typing import Any

from inquest.config.model import Config

_NAMES = ("name", "id", "service_id", "metric", "match", "kind")
_ABSENT = object()


def diff(old: Config, new: Config) -> list[str]:
    """Return one line for each value that differs; `+` is new and `-` is gone. Holds references, never secrets."""
    before, after = _flat(old.model_dump(mode="json")), _flat(new.model_dump(mode="json"))
    return [
        _line(path, before.get(path, _ABSENT), after.get(path, _ABSENT))
        for path in dict.fromkeys((*before, *after))
        if before.get(path, _ABSENT) != after.get(path, _ABSENT)
    ]


def _line(path: str, before: Any, after: Any) -> str:
    if before is _ABSENT:
        return f"+ {path}: {_text(after)}"
    if after is _ABSENT:
        return f"- {path}: {_text(before)}"
    return f"{path}: {_text(before)} → {_text(after)}"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _flat(value: Any, path: str = "") -> dict[str, Any]:
    """Return leaf values by path. Items of a list go by their name, so that inserting one does not shift the rest."""
    if isinstance(value, dict) and value:
        items = [(f"{path}.{key}" if path else key, inner) for key, inner in value.items()]
    elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        items = [(f"{path}[{_label(item, index)}]", item) for index, item in enumerate(value)]
    else:
        return {path: value}
    return {key: leaf for inner_path, inner in items for key, leaf in _flat(inner, inner_path).items()}


def _label(item: dict[str, Any], index: int) -> str:
    return next((str(item[name]) for name in _NAMES if item.get(name)), str(index))
