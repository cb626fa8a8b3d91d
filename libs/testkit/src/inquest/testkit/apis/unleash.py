"""An Unleash of one project: the admin API as docs.getunleash.io documents it.

Events come newest first, 1,000 at most; `from` and `to` are days, both inside. What is refused comes with a name.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from inquest.contracts.latest import FlagsRequest, Window
from inquest.testkit.backends import Received, Reply
from inquest.testkit.providers import PLANTED, http_case

T0 = datetime(2026, 3, 1, 14, tzinfo=UTC)
NAMES = ("cart-pool", "checkout.rerank", "free_shipping")
_TAGS = {
    "cart-pool": ("service", "cart-svc"),
    "checkout.rerank": ("simple", "checkout"),
    "free_shipping": ("simple", "x"),
}
_TYPES = (
    "feature-environment-enabled",
    "feature-strategy-update",
    "feature-tagged",
    "feature-environment-disabled",
    "feature-environment-variants-updated",
)


def strategy(rollout: int) -> dict[str, Any]:
    """Return an activation strategy."""
    parameters = {"rollout": str(rollout), "stickiness": "default", "groupId": "cart-pool"}
    return {"id": "s1", "name": "flexibleRollout", "parameters": parameters, "constraints": [], "disabled": False}


def event(number: int) -> dict[str, Any]:
    """Return an event, one a minute."""
    kind, name = _TYPES[number % len(_TYPES)], NAMES[number % len(NAMES)]
    data: Any = None
    old: Any = None
    if kind == "feature-strategy-update":
        old, data = strategy(10), strategy(50)
    elif kind == "feature-environment-variants-updated":
        old = {"variants": []}
        data = {"variants": [{"name": "a", "weight": 250}, {"name": "b", "weight": 750}]}
    return {
        "id": number,
        "type": kind,
        "createdBy": "ada@acme.com",
        "createdByUserId": 1,
        "createdAt": (T0 + timedelta(minutes=number)).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "featureName": name,
        "project": "default",
        "environment": "development" if number % 7 == 6 else "production",
        "data": data,
        "preData": old,
        "tags": [],
        "label": "Flag changed",
        "summary": f"*ada* changed *{name}*, not {PLANTED}" if number % 2 else "",
    }


def feature(name: str) -> dict[str, Any]:
    """Return a flag as a project's list has it."""
    kind, value = _TAGS.get(name, ("simple", "none"))
    environments = [
        {"name": one, "enabled": (one == "production") == (name != "free_shipping"), "type": one, "sortOrder": 1}
        for one in ("development", "production")
    ]
    return {
        "name": name,
        "type": "release",
        "project": "default",
        "stale": False,
        "createdAt": "2026-01-01T00:00:00.000Z",
        "tags": [{"type": kind, "value": value}],
        "environments": environments,
    }


@dataclass(slots=True)
class UnleashServer:
    """Answers as Unleash does. `token` empty: anybody may read."""

    events: Sequence[Mapping[str, Any]] = field(default_factory=lambda: [event(number) for number in range(28)])
    names: Sequence[str] = NAMES
    token: str = ""

    def __call__(self, received: Received) -> Reply:
        """Answer one request."""
        if self.token and received.headers.get("authorization") != self.token:
            return _refused(401, "AuthenticationRequired", "You must log in to use Unleash.")
        if received.path == "/api/admin/search/events":
            return self._search(received)
        if received.path == "/api/admin/projects/default/features":
            return Reply(body={"version": 2, "features": [feature(name) for name in self.names]})
        found = re.fullmatch(r"/api/admin/projects/default/features/([^/]+)/environments/([^/]+)", received.path)
        if found and found[1] in self.names:
            known = {"name": found[2], "enabled": True, "type": "production", "strategies": [strategy(50)]}
            return Reply(body=known | {"variants": [{"name": "a", "weight": 250}, {"name": "b", "weight": 750}]})
        return _refused(404, "NotFoundError", "There is no such project or flag.")

    def _search(self, received: Received) -> Reply:
        asked = {name: values[0] for name, values in received.query.items()}
        limit, start = int(asked.get("limit", "50")), int(asked.get("offset", "0"))
        for name in ("from", "to"):
            if name in asked and not re.fullmatch(r"IS:\d{4}-\d{2}-\d{2}", asked[name]):
                return _refused(400, "BadDataError", f"{name} is not in the form IS:yyyy-MM-dd")
        first, last = asked.get("from", "IS:")[3:], asked.get("to", "IS:9")[3:]
        found = [
            one
            for one in sorted(self.events, key=lambda one: one["id"], reverse=True)
            if first <= one["createdAt"][:10] <= last
            and asked.get("feature", f"IS:{one['featureName']}") == f"IS:{one['featureName']}"
        ]
        return Reply(body={"version": 1, "events": found[start : start + min(limit, 1000)], "totalEvents": len(found)})


def _refused(status: int, name: str, message: str) -> Reply:
    return Reply(status, {"id": "7c2a", "name": name, "message": message, "details": [{"message": message}]})


CASES = (
    http_case(
        "unleash",
        "flags",
        FlagsRequest(
            window=Window(start=T0 + timedelta(minutes=8), end=T0 + timedelta(minutes=24)),
            baseline=Window(start=T0, end=T0 + timedelta(minutes=5)),
        ),
        UnleashServer(),
        {},
        services=(
            {"service_id": "cart", "aliases": {"unleash": ["cart-svc"]}},
            {"service_id": "checkout"},
        ),
    ),
)
