"""What Unleash's answers say, in our words. Each raises LookupError, TypeError or ValueError for another shape."""

from collections.abc import Sequence
from typing import Any

from inquest.contracts.latest import ChangeData, FlagData
from inquest.gateway.domain.flags import Owners, rules_text
from inquest.gateway.domain.forge import quoted, seconds

# What these change, nobody is served.
_HARMLESS = frozenset(
    {
        "feature-tagged",
        "feature-untagged",
        "feature-favorited",
        "feature-unfavorited",
        "feature-metadata-updated",
        "feature-stale-on",
        "feature-stale-off",
        "feature-potentially-stale-on",
        "feature-completed",
        "feature-uncompleted",
    }
)
_SWITCHES = {"feature-environment-enabled": ("off", "on"), "feature-environment-disabled": ("on", "off")}


def changes_of(
    raw: Any, environments: Sequence[str], url: str, owners: Owners, tags: Sequence[str]
) -> list[ChangeData]:
    """Return a row for each service of a flag that an event changed there; none for any other event.

    `tags` are those of the flag: events of older servers have none.
    """
    kind, name, environment = raw["type"], raw.get("featureName"), raw.get("environment") or ""
    if not name or not kind.startswith(("feature-", "strategy-order-")) or kind in _HARMLESS:
        return []
    if environment and environment not in environments:
        return []
    before, after = _SWITCHES.get(kind) or (_text(raw.get("preData")), _text(raw.get("data")))
    if before is not None and before == after:
        after = f"{after}; {', '.join(_differing(raw['preData'], raw['data']))} changed"
    change = ChangeData(
        time=seconds(raw["createdAt"]),
        kind="flag",
        ref=name,
        author=raw.get("createdBy"),
        message=raw.get("summary") or f"{raw.get('label') or kind.replace('-', ' ')}: {name}",
        before=before,
        after=after,
        environment=environment,
        url=_page(url, raw.get("project") or "default", name),
    )
    return owners.rows(change, [*tags_of(raw), *tags])


def flags_of(raw: Any, project: str, environment: str, url: str, owners: Owners) -> list[FlagData]:
    """Return what a flag is in an environment, once for each of its services; nothing where it is not there."""
    there = next((one for one in raw.get("environments") or () if one["name"] == environment), None)
    if there is None:
        return []
    name, enabled = raw["name"], there["enabled"]
    if not isinstance(enabled, bool):
        raise TypeError(f"enabled is {enabled!r:.50}")
    flag = FlagData(name=name, enabled=enabled, environment=environment, url=_page(url, project, name))
    return owners.states(flag, tags_of(raw))


def with_strategies(flag: FlagData, raw: Any) -> FlagData:
    """Return the flag with its strategies, and its rollout where a single strategy decides."""
    strategies = [one for one in raw["strategies"] if not one.get("disabled")]
    rollout = _rollout(strategies[0]) if len(strategies) == 1 else None
    variants = [one["name"] for one in sorted(raw.get("variants") or (), key=lambda one: -one["weight"])]
    rules = [
        {name: one[name] for name in ("name", "parameters", "constraints", "segments", "variants") if one.get(name)}
        for one in strategies
    ]
    more = {"rules": rules_text(rules), "rollout_percent": rollout, "variation": variants[0] if variants else ""}
    return flag.model_copy(update=more)


def tags_of(raw: Any) -> list[str]:
    """Return the tags of a flag or an event: each as `type:value`, and its value alone."""
    pairs = [(str(one["type"]), str(one["value"])) for one in raw.get("tags") or ()]
    return [text for kind, value in pairs for text in (f"{kind}:{value}", value)]


def _text(data: Any) -> str | None:
    """Return a strategy or variants as before and after say it; None for anything else."""
    if not isinstance(data, dict):
        return None
    if isinstance(data.get("parameters"), dict) or isinstance(data.get("constraints"), list):
        rollout = _rollout(data)
        words = [str(data.get("name") or "strategy"), "" if rollout is None else f"{rollout:g}%"]
        return " ".join(word for word in [*words, "disabled" if data.get("disabled") else ""] if word)
    if isinstance(data.get("variants"), list):
        return ", ".join(f"{one['name']} {one['weight'] / 10:g}%" for one in data["variants"]) or "no variants"
    return None


def _differing(old: Any, new: Any) -> list[str]:
    return [name for name in sorted({**old, **new}) if old.get(name) != new.get(name)] or ["nothing"]


def _rollout(strategy: Any) -> float | None:
    rollout = (strategy.get("parameters") or {}).get("rollout")
    return None if rollout in {None, ""} else float(rollout)


def _page(url: str, project: str, name: str) -> str:
    return f"{url}/projects/{quoted(project)}/features/{quoted(name)}"
