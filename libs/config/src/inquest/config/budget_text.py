"""Budgets as people write them: `calls=10 bytes=200MiB call-time=30s profile=deep provider:loki:calls=5`. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from inquest.contracts.errors import Impossible
from inquest.contracts.message import ID_PATTERN

_SINGLE = {
    "calls": "calls_max",
    "bytes": "bytes_max",
    "tokens": "tokens_max",
    "call-time": "call_s_max",
    "rounds": "rounds_max",
    "step-time": "step_latency_ms_max",
    "duration": "duration_s_max",
}
_OF_A_PART = ("calls", "bytes", "tokens", "call-time")
_SIZES: dict[str, float] = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3, "kb": 1000, "mb": 1000**2, "gb": 1000**3}
_SIZES |= {"b": 1, "kib": 1024, "mib": 1024**2, "gib": 1024**3}
_PLAIN: Mapping[str, float] = {"": 1}
_TIMES: Mapping[str, float] = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_UNITS: Mapping[str, Mapping[str, float]] = {
    "bytes": _SIZES,
    "call-time": _TIMES,
    "step-time": _TIMES,
    "duration": _TIMES,
}
_NUMBER = re.compile(r"([0-9]{1,15})([a-zA-Z]*)")
_FORMS = f"{', '.join(_SINGLE)}, profile, provider:NAME:LIMIT, capability:NAME:LIMIT"


def budget_of(items: Iterable[str]) -> dict[str, Any]:
    """Return a budget as the API takes it. Raises Impossible saying what is wrong with which item."""
    budget: dict[str, Any] = {}
    shares: dict[tuple[str, str], dict[str, Any]] = {}
    for item in items:
        name, equals, value = item.partition("=")
        scope, _, rest = name.partition(":")
        part, _, limit = rest.rpartition(":")
        if not equals or not value:
            raise Impossible(f"{item!r}: write LIMIT=VALUE; there are {_FORMS}")
        if scope in ("provider", "capability"):
            if not re.match(ID_PATTERN, part) or limit not in _OF_A_PART:
                raise Impossible(f"{item!r}: write {scope}:NAME:LIMIT=VALUE, LIMIT one of {', '.join(_OF_A_PART)}")
            share = shares.setdefault((scope, part), {"scope": scope, "name": part})
            _put(share, _SINGLE[limit], _amount(item, limit, value), item)
        elif name == "profile":
            _put(budget, name, value, item)
        elif name in _SINGLE:
            _put(budget, _SINGLE[name], _amount(item, name, value), item)
        else:
            raise Impossible(f"{item!r}: no limit {name!r}; there are {_FORMS}")
    return {**budget, **({"shares": list(shares.values())} if shares else {})}


def _put(into: dict[str, Any], name: str, value: Any, item: str) -> None:
    if name in into:
        raise Impossible(f"{item!r}: this limit is given twice")
    into[name] = value


def _amount(item: str, limit: str, text: str) -> int:
    found = _NUMBER.fullmatch(text.strip())
    units = _UNITS.get(limit, _PLAIN)
    if found is None or found[2].lower() not in units:
        example = {"bytes": "200MiB"}.get(limit, "90s or 2m" if units is _TIMES else "40")
        raise Impossible(f"{item!r}: {text!r} is no amount; write it like {example}")
    amount = int(found[1]) * units[found[2].lower()] * (1000 if limit == "step-time" else 1)
    if amount < 1 or amount != int(amount):
        raise Impossible(f"{item!r}: must be at least 1{'' if units is _PLAIN else ', in whole units'}")
    return int(amount)


def bytes_text(size: float) -> str:
    """Return a size for people."""
    for unit, one in (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024)):
        if size >= one:
            return f"{size / one:.4g} {unit}"
    return f"{size:.0f} B"
