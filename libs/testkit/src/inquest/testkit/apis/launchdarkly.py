"""A LaunchDarkly of one project: flags and the audit log of REST version 2, as launchdarkly.com/docs/api has them.

The audit log gives at most 20 entries, newest first; both `before` and `after` are outside. Lists of flags have 100.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from inquest.contracts.latest import FlagsRequest, Window
from inquest.testkit.backends import Received, Reply
from inquest.testkit.providers import PLANTED, http_case

T0 = datetime(2026, 3, 1, 14, tzinfo=UTC)
KEYS = ("cart-pool", "checkout.rerank", "free_shipping")
TAGS: Mapping[str, tuple[str, ...]] = {
    "cart-pool": ("cart-svc", "team-a"),
    "checkout.rerank": ("checkout",),
    "free_shipping": ("team-b",),
}


def at_ms(seconds: float) -> int:
    """Return a time after T0 in epoch milliseconds."""
    return int((T0 + timedelta(seconds=seconds)).timestamp() * 1000)


def environment(number: int) -> dict[str, Any]:
    """Return what a flag is in an environment after its change `number`: off, on, on for a part of all."""
    rollout = {"variations": [{"variation": 0, "weight": 25_000}, {"variation": 1, "weight": 75_000}]}
    return {
        "on": number % 3 > 0,
        "archived": False,
        "version": number,
        "lastModified": at_ms(20 * number),
        "offVariation": 1,
        "fallthrough": {"rollout": rollout} if number % 3 == 2 else {"variation": 0},
        "rules": [{"clauses": [{"attribute": "country", "op": "in", "values": ["de"]}], "variation": 0}],
        "targets": [],
        "prerequisites": [],
        "_site": {"href": "/default/production/features/x", "type": "text/html"},
    }


def flag(key: str, number: int, environments: Sequence[str]) -> dict[str, Any]:
    """Return a flag after its change `number`."""
    return {
        "key": key,
        "name": key,
        "kind": "boolean",
        "tags": list(TAGS.get(key, ())),
        "archived": False,
        "variations": [{"_id": "v0", "value": True}, {"_id": "v1", "value": False}],
        "environments": {one: environment(number) for one in environments},
        "_version": number,
    }


def entry(number: int, at: int | None = None) -> dict[str, Any]:
    """Return an entry of the audit log, as its list has it."""
    key = KEYS[number % len(KEYS)]
    resource = f"proj/default:env/production:flag/{key};{','.join(TAGS[key])}"
    return {
        "_id": f"{number:024x}",
        "_accountId": "a" * 24,
        "date": at_ms(20 * number) if at is None else at,
        "accesses": [{"action": "updateOn", "resource": resource}],
        "kind": "flag",
        "name": key,
        "description": f"* Turned on for all, not {PLANTED}" if number % 2 else "",
        "shortDescription": "",
        "comment": "rolled out by the release bot",
        "member": {"_id": "b" * 24, "email": "ariel@acme.com", "firstName": "Ariel"} if number % 2 else None,
        "token": None if number % 2 else {"_id": "c" * 24, "name": "DevOps token", "ending": "2345"},
        "titleVerb": "turned on the flag",
        "title": f"[Ariel](mailto:ariel@acme.com) turned on the flag {key} in Production",
        "target": {"name": key, "resources": [resource]},
        "_links": {"site": {"href": f"/default/production/features/{key}", "type": "text/html"}},
    }


@dataclass(slots=True)
class LaunchDarklyServer:
    """Answers as LaunchDarkly does. `token` empty: anybody may read."""

    entries: Sequence[Mapping[str, Any]] = field(default_factory=lambda: [entry(number) for number in range(60)])
    keys: Sequence[str] = KEYS
    token: str = ""

    def __call__(self, received: Received) -> Reply:
        """Answer one request."""
        if self.token and received.headers.get("authorization") != self.token:
            return _refused(401, "unauthorized", "invalid access token")
        if received.headers.get("ld-api-version") not in {"20240415", "20220603"}:
            return _refused(400, "invalid_request", "LD-API-Version is not a version")
        if received.path == "/api/v2/auditlog":
            return self._log(received)
        if found := re.fullmatch(r"/api/v2/auditlog/([0-9a-f]{24})", received.path):
            return self._detail(found[1])
        if found := re.fullmatch(r"/api/v2/flags/default(?:/([A-Za-z0-9._-]+))?", received.path):
            return self._flag(received, found[1]) if found[1] else self._flags(received)
        return _refused(404, "not_found", "Unknown project key")

    def _log(self, received: Received) -> Reply:
        limit = int(received.query.get("limit", ["10"])[0])
        if not 1 <= limit <= 20:
            return _refused(400, "invalid_request", "limit must be between 1 and 20")
        spec = received.query.get("spec", ["proj/*:env/*:flag/*"])[0]
        pattern = re.compile(re.escape(spec).replace(r"\*", "[^:;]*") + "(;.*)?")
        before, after = (
            int(received.query.get(name, [one])[0]) for name, one in (("before", "9" * 15), ("after", "0"))
        )
        found = [
            {name: value for name, value in one.items() if name not in {"previousVersion", "currentVersion"}}
            for one in sorted(self.entries, key=lambda one: (one["date"], one["_id"]), reverse=True)
            if after < one["date"] < before and any(pattern.fullmatch(part) for part in one["target"]["resources"])
        ]
        return Reply(body={"_links": {"self": {"href": received.path}}, "items": found[:limit]})

    def _detail(self, entry_id: str) -> Reply:
        found = next((one for one in self.entries if one["_id"] == entry_id), None)
        if found is None:
            return _refused(404, "not_found", "Unknown audit log entry")
        number = int(entry_id, 16)
        versions = {
            "previousVersion": flag(found["name"], number - 1, ("production", "test")),
            "currentVersion": flag(found["name"], number, ("production", "test")),
        }
        return Reply(body={**versions, **found})

    def _flags(self, received: Received) -> Reply:
        limit, start = (int(received.query.get(name, [one])[0]) for name, one in (("limit", "20"), ("offset", "0")))
        if not 1 <= limit <= 100:
            return _refused(400, "invalid_request", "limit must be between 1 and 100")
        there = received.query.get("env", [])
        items = [flag(key, number + 4, there) for number, key in enumerate(self.keys)]
        return Reply(body={"items": items[start : start + limit], "totalCount": len(items), "_links": {}})

    def _flag(self, received: Received, key: str) -> Reply:
        if key not in self.keys:
            return _refused(404, "not_found", f"Unknown flag key {json.dumps(key)}")
        return Reply(body=flag(key, 4 + list(self.keys).index(key), received.query.get("env", [])))


def _refused(status: int, code: str, message: str) -> Reply:
    return Reply(status, {"code": code, "message": message})


CASES = (
    http_case(
        "launchdarkly",
        "flags",
        FlagsRequest(
            window=Window(start=T0 + timedelta(minutes=8), end=T0 + timedelta(minutes=16)),
            baseline=Window(start=T0, end=T0 + timedelta(minutes=5)),
        ),
        LaunchDarklyServer([entry(5 * number) for number in range(12)]),
        {"projects": ["default"], "details_max": 20},
        services=(
            {"service_id": "cart", "aliases": {"launchdarkly": ["cart-svc"]}},
            {"service_id": "checkout"},
        ),
    ),
)
