"""What LaunchDarkly's answers say, in our words. Each raises LookupError, TypeError or ValueError for another shape."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inquest.contracts.latest import ChangeData, FlagData
from inquest.gateway.domain.flags import Owners, rules_text, shown, state_text

# Such as proj/shop;tag:env/production;tag:flag/pool;tag,tag - each part may have tags of its own.
_RESOURCE = re.compile(r"proj/([^:;]+)(?:;[^:]*)?:env/([^:;]+)(?:;[^:]*)?:flag/([^:;]+)(?:;(.*))?")
_TARGETING = ("targets", "contextTargets", "rules", "prerequisites")
_OF_EACH_VERSION = frozenset({"version", "lastModified", "salt", "sel", "_summary", "_site", "_debugEventsUntilDate"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the audit log. `flags` are the keys that it is about in its environment, with their tags."""

    entry_id: str
    at_ms: int
    author: str
    message: str
    site: str
    flags: Mapping[str, frozenset[str]]


def entry_of(raw: Any, project: str, environment: str) -> Entry:
    """Return an entry as far as it is about flags of an environment."""
    accesses = raw.get("accesses") or ()
    resources = [*((raw.get("target") or {}).get("resources") or ()), *(one["resource"] for one in accesses)]
    flags: dict[str, frozenset[str]] = {}
    for found in map(_RESOURCE.fullmatch, resources):
        if found and found[1] == project and found[2] in {environment, "*"}:
            tags = frozenset(tag for tag in (found[4] or "").split(",") if tag)
            flags[found[3]] = flags.get(found[3], frozenset()) | tags
    return Entry(
        entry_id=str(raw["_id"]),
        at_ms=int(raw["date"]),
        author=_author(raw),
        message=_message(raw),
        site=_site(raw),
        flags=flags,
    )


def changes_of(entry: Entry, environment: str, url: str, owners: Owners) -> list[ChangeData]:
    """Return a row for each flag that an entry is about, and for each of its services. `status` is the entry's id."""
    return [
        row
        for key, tags in sorted(entry.flags.items())
        for row in owners.rows(
            ChangeData(
                time=entry.at_ms / 1000,
                kind="flag",
                ref=key,
                author=entry.author or None,
                message=entry.message or None,
                environment=environment,
                status=entry.entry_id,
                url=f"{url}{entry.site}" if entry.site else "",
            ),
            tags,
        )
    ]


def before_and_after(detail: Any, environment: str) -> tuple[str | None, str | None]:
    """Return what the flag was and what it became there; None where the entry does not say."""
    old, new = (_version(detail, name, environment) for name in ("previousVersion", "currentVersion"))
    before, after = (None if one is None else _text(*one) for one in (old, new))
    if old and new and before == after:
        there = {**old[0], **new[0]}
        names = [
            name for name in sorted(there) if old[0].get(name) != new[0].get(name) and name not in _OF_EACH_VERSION
        ]
        after = f"{after}; {', '.join(names)} changed" if names else after
    return before, after


def flags_of(raw: Any, environment: str, url: str, owners: Owners) -> list[FlagData]:
    """Return what a flag is in an environment, once for each of its services; nothing where it is not there."""
    there = raw["environments"].get(environment)
    if there is None:
        return []
    enabled, variation, percent = _served(there, raw["variations"])
    site = (there.get("_site") or {}).get("href") or _site(raw)
    modified = there.get("lastModified")
    flag = FlagData(
        name=raw["key"],
        enabled=enabled,
        environment=environment,
        variation=variation,
        rollout_percent=percent,
        rules=rules_text({name: there[name] for name in _TARGETING if there.get(name)}),
        updated_at=int(modified) / 1000 if modified else None,
        url=f"{url}{site}" if site else "",
    )
    return owners.states(flag, raw.get("tags") or ())


def _version(detail: Any, name: str, environment: str) -> tuple[Any, Sequence[Any]] | None:
    flag = detail.get(name)
    there = (flag.get("environments") or {}).get(environment) if flag else None
    return (there, flag.get("variations") or ()) if there else None


def _text(there: Any, variations: Sequence[Any]) -> str:
    enabled, variation, percent = _served(there, variations)
    return state_text(enabled=enabled, variation=variation, percent=percent)


def _served(there: Any, variations: Sequence[Any]) -> tuple[bool, str, float | None]:
    """Return whether it is on, what most are served, and the share of those where it is one of chance."""
    enabled = there["on"]
    if not isinstance(enabled, bool):
        raise TypeError(f"on is {enabled!r:.50}")
    last = (there.get("fallthrough") or {}) if enabled else {"variation": there.get("offVariation")}
    if parts := (last.get("rollout") or {}).get("variations"):
        most = max(parts, key=lambda part: part["weight"])
        return enabled, _value(variations, most["variation"]), most["weight"] / 1000
    return enabled, _value(variations, last.get("variation")), None


def _value(variations: Sequence[Any], index: int | None) -> str:
    return shown(variations[index]["value"]) if index is not None and index < len(variations) else ""


def _author(raw: Any) -> str:
    people: Iterable[tuple[str, str]] = (("member", "email"), ("token", "name"), ("app", "name"), ("subject", "name"))
    return next((str(raw[who][name]) for who, name in people if raw.get(who) and raw[who].get(name)), "")


def _message(raw: Any) -> str:
    said = [raw.get("titleVerb") or raw.get("title") or "", raw.get("description") or "", raw.get("comment") or ""]
    return "\n".join(dict.fromkeys(text for text in said if text))


def _site(raw: Any) -> str:
    href = ((raw.get("_links") or {}).get("site") or {}).get("href") or ""
    return href if href.startswith("/") else ""
