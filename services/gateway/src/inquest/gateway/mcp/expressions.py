"""Values of a mapping: from the request, the settings, a row of the answer. No code, no templates, no evaluation."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from inquest.gateway.domain.failure import ProviderError
from inquest.gateway.mcp.mapping import Expr
from inquest.gateway.mcp.patterns import compiled, encodable

_MILLIS_FROM = 1e11  # as seconds that is the year 5138; as milliseconds 1973
_EMPTY: tuple[Any, ...] = (None, "", [], {}, ())


@dataclass(frozen=True, slots=True)
class Scope:
    """What expressions may look at. `window` is the stretch that is asked for, in epoch seconds."""

    request: Mapping[str, Any]
    window: tuple[float, float]
    settings: Mapping[str, Any]
    service_of: Callable[[str], str]
    item: Any = None
    row: Any = None

    def at(self, row: Any) -> "Scope":
        """Return the same for a row."""
        return replace(self, row=row)


def value_of(expr: Expr, scope: Scope) -> Any:
    """Return an expression's value; None where it is empty. Raises ProviderError for what cannot become its shape."""
    found = _taken(expr, scope)
    if expr.pattern is not None:
        match = compiled(expr.pattern).search(encodable(str(found))) if found not in _EMPTY else None
        found = match[1] if match else None
    if expr.words and isinstance(found, str | bool | int):
        found = expr.words.get(str(found).lower() if isinstance(found, bool) else str(found), found)
    if isinstance(found, list | tuple) and expr.separator is not None:
        found = expr.separator.join(str(one) for one in found)
    if found in _EMPTY:
        return None
    if expr.shift_s:
        found = seconds(found) + expr.shift_s
    if expr.shape:
        found = _shaped(found, expr.shape, scope)
    if expr.greatest is not None and isinstance(found, int | float):
        found = min(found, type(found)(expr.greatest))
    return _quoted(str(found), expr.quote) if expr.quote != "none" else found


def _taken(expr: Expr, scope: Scope) -> Any:
    """Return what the expression names, before it is shaped."""
    for name in expr.model_fields_set & _SOURCES.keys():
        if getattr(expr, name) is not None:
            return _SOURCES[name](expr, scope)
    return None


def _list(expr: Expr, scope: Scope) -> list[Any]:
    return [found for one in expr.list or () if (found := value_of(one, scope)) is not None]


def _join(expr: Expr, scope: Scope) -> str | None:
    parts = [value_of(one, scope) for one in expr.join or ()]
    return None if None in parts else "".join(str(one) for one in parts)


def _first(expr: Expr, scope: Scope) -> Any:
    return next((found for one in expr.first or () if (found := value_of(one, scope)) is not None), None)


def _rows(expr: Expr, scope: Scope) -> list[Any]:
    assert expr.rows is not None
    return [fields_of(expr.rows.fields, scope.at(one)) for one in rows_at(scope.row, expr.rows.path)]


_SOURCES: Mapping[str, Callable[[Expr, Scope], Any]] = {
    "field": lambda expr, scope: _field(expr.field or "", scope),
    "setting": lambda expr, scope: scope.settings.get(expr.setting or ""),
    "path": lambda expr, scope: at(scope.row, expr.path or ""),
    "item": lambda _, scope: scope.item,
    "value": lambda expr, _: expr.value,
    "object": lambda expr, scope: fields_of(expr.object or {}, scope),
    "list": _list,
    "join": _join,
    "first": _first,
    "rows": _rows,
}


def fields_of(fields: Mapping[str, Expr], scope: Scope) -> dict[str, Any]:
    """Return the values of several expressions; empty ones are left out."""
    return {name: found for name, one in fields.items() if (found := value_of(one, scope)) is not None}


def _field(name: str, scope: Scope) -> Any:
    if name in {"window.start", "window.end"}:
        return scope.window[name == "window.end"]
    found = at(scope.request, name)
    return list(found) if isinstance(found, tuple) else found


def at(value: Any, path: str) -> Any:
    """Return the part of a value, None where there is none; `a[].b` is a list of all `b`."""
    found = list(_walk(value, [part for part in path.split(".") if part])) if "[]" in path else None
    if found is not None:
        return found
    for part in path.split(".") if path else ():
        value = value.get(part) if isinstance(value, dict) else None
    return value


def rows_at(value: Any, path: str) -> list[Any]:
    """Return the list at a path; what is no list, is one row; nothing, no row."""
    found = at(value, path)
    return found if isinstance(found, list) else [] if found is None else [found]


def _walk(value: Any, parts: list[str]) -> Iterator[Any]:
    if not parts:
        yield value
        return
    name, flat = parts[0].removesuffix("[]"), parts[0].endswith("[]")
    inner = value.get(name) if name and isinstance(value, dict) else value if not name else None
    for one in inner if flat and isinstance(inner, list) else [] if flat or inner is None else [inner]:
        yield from _walk(one, parts[1:])


def _quoted(text: str, how: str) -> str:
    mark = '"' if how == "double" else "'"
    plain = "".join(char if char.isprintable() else " " for char in text)
    return mark + plain.replace("\\", "\\\\").replace(mark, "\\" + mark) + mark


def _shaped(found: Any, shape: str, scope: Scope) -> Any:
    try:
        return scope.service_of(str(found)) if shape == "service" else _SHAPES[shape](found)
    except (ValueError, OverflowError, OSError, TypeError) as error:
        raise ProviderError("malformed", f"{str(found)[:100]!r} is no {shape}") from error


def seconds(value: Any) -> float:
    """Return a time in epoch seconds: a number (seconds or milliseconds) or ISO 8601. Raises ValueError."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        moment = datetime.fromisoformat(str(value).strip())
        number = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if not math.isfinite(number):
        raise ValueError("not a time")
    return number / 1000 if abs(number) >= _MILLIS_FROM else number


_SHAPES: Mapping[str, Callable[[Any], Any]] = {
    "text": str,
    "boolean": lambda found: found if isinstance(found, bool) else str(found).lower() in {"true", "yes", "1", "on"},
    "integer": int,
    "number": float,
    "iso": lambda found: datetime.fromtimestamp(seconds(found), UTC).isoformat().replace("+00:00", "Z"),
    "date": lambda found: datetime.fromtimestamp(seconds(found), UTC).date().isoformat(),
    "epoch_ms": lambda found: round(seconds(found) * 1000),
    "epoch": seconds,
}
