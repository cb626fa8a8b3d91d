"""What definitions of flagd and answers of OFREP say, in our words.

Each raises LookupError, TypeError, ValueError or AttributeError for another shape.
"""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from inquest.contracts.latest import FlagData
from inquest.gateway.domain.flags import Owners, rules_text, shown

_STATES = {"ENABLED": True, "DISABLED": False}


def defined(raw: Any, environment: str, owners: Owners) -> list[FlagData]:
    """Return the flags of a file of definitions; they are a map by key, or a list of flags with keys."""
    flags = raw["flags"]
    named = flags.items() if isinstance(flags, dict) else [(one["key"], one) for one in flags]
    of_all = raw.get("metadata") or {}
    return [state for key, one in named for state in _defined(key, one, of_all, environment, owners)]


def evaluated(raw: Any, environment: str, owners: Owners) -> tuple[list[FlagData], list[str]]:
    """Return the flags of a bulk evaluation, and why others could not be evaluated."""
    found: list[FlagData] = []
    problems: list[str] = []
    of_all = raw.get("metadata") or {}
    for one in raw["flags"]:
        key = _text(one["key"])
        if one.get("errorCode"):
            problems.append(f"{key:.100}: {one['errorCode']!s:.50} {one.get('errorDetails') or ''!s:.200}".rstrip())
            continue
        variant = one.get("variant") or ""
        flag = FlagData(
            name=key,
            enabled=one.get("reason") != "DISABLED",
            environment=environment,
            variation=shown(one["value"]) if "value" in one else variant,
            rules=one.get("reason") or "",
        )
        found += owners.states(flag, _tags({**of_all, **(one.get("metadata") or {})}))
    return found, problems


def changed_at(headers: Mapping[str, str]) -> float | None:
    """Return when the file was changed, in epoch seconds, as Last-Modified says it; None where nobody does."""
    try:
        return parsedate_to_datetime(headers.get("last-modified", "")).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError, OSError):
        return None


def _defined(key: Any, raw: Any, of_all: Mapping[str, Any], environment: str, owners: Owners) -> list[FlagData]:
    variants, default, targeting = raw["variants"], raw.get("defaultVariant"), raw.get("targeting") or {}
    chosen, percent = _most(targeting) or (default, None)
    if chosen not in variants and chosen is not None:
        chosen, percent = default, None
    flag = FlagData(
        name=_text(key),
        enabled=_STATES[raw["state"]],
        environment=environment,
        variation="" if chosen is None else shown(variants[chosen]),
        rollout_percent=percent,
        rules=rules_text(targeting),
    )
    return owners.states(flag, _tags({**of_all, **(raw.get("metadata") or {})}))


def _most(targeting: Any) -> tuple[str, float] | None:
    """Return the variant that most get, and its share, where nothing but a fraction decides."""
    parts = targeting.get("fractional") if isinstance(targeting, dict) else None
    shares = [one for one in parts or () if isinstance(one, list) and one and isinstance(one[0], str)]
    weights = [(one[0], one[1] if len(one) > 1 else 1) for one in shares]
    if not weights or not all(isinstance(weight, int) and weight >= 0 for _, weight in weights):
        return None
    total = sum(weight for _, weight in weights)
    most = max(weights, key=lambda one: one[1])
    return (most[0], round(100 * most[1] / total, 3)) if total else None


def _tags(metadata: Mapping[str, Any]) -> list[str]:
    pairs = [(name, value) for name, value in sorted(metadata.items()) if isinstance(value, str)]
    return [text for name, value in pairs for text in (f"{name}:{value}", value)]


def _text(key: Any) -> str:
    if not isinstance(key, str) or not key:
        raise TypeError(f"{key!r:.80} is no flag's key")
    return key
