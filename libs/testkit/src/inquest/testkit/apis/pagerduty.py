"""A PagerDuty of two services: REST version 2 as developer.pagerduty.com documents it, with pages by offset and `more`.

`limit` is 100 at most, `limit` and `offset` together 10,000. What is refused comes as `{"error": {code, message}}`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from inquest.contracts.latest import ChangesRequest, EventsRequest, TicketsRequest, Window
from inquest.testkit.backends import Received, Reply
from inquest.testkit.providers import PLANTED, http_case

T0 = datetime(2026, 3, 1, 14, tzinfo=UTC)
CEILING = 10_000
SERVICES = (("PCART01", "Cart"), ("PCHECK1", "Checkout API"))
_TYPES = ("trigger", "acknowledge", "annotate", "escalate", "resolve", "notify")


def at(minutes: float) -> str:
    """Return a time after T0 as PagerDuty writes it."""
    return (T0 + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def service(number: int) -> dict[str, Any]:
    """Return the reference of a service."""
    name, summary = SERVICES[number % 2]
    return {"id": name, "type": "service_reference", "summary": summary}


def incident(number: int) -> dict[str, Any]:
    """Return an incident that begins two minutes after the one before, and ends after ten."""
    ended = number % 2 == 0
    return {
        "id": f"Q{number:05d}",
        "type": "incident",
        "incident_number": number,
        "title": f"Checkout is slow, {PLANTED}",
        "summary": f"[#{number}] Checkout is slow",
        "status": "resolved" if ended else "triggered",
        "urgency": "high",
        "priority": {"id": "PSO75BM", "type": "priority", "summary": "P1"} if number % 3 else None,
        "service": service(number),
        "assignments": [] if ended else [{"at": at(0), "assignee": {"id": "PUSER", "summary": "Ada"}}],
        "teams": [{"id": "PTEAM", "summary": "Shop"}],
        "created_at": at(2 * number),
        "updated_at": at(2 * number + 10),
        "resolved_at": at(2 * number + 10) if ended else None,
        "html_url": f"https://acme.pagerduty.com/incidents/Q{number:05d}",
    }


def log_entry(number: int, kind: str) -> dict[str, Any]:
    """Return an entry of an incident's log."""
    step = _TYPES.index(kind)
    return {
        "id": f"R{number:05d}{step}",
        "type": f"{kind}_log_entry",
        "summary": f"{kind} through the API." if kind == "escalate" else f"{kind}, {PLANTED}",
        "created_at": at(2 * number + step),
        "agent": {"id": "PUSER", "type": "user_reference", "summary": "Ada"},
        "channel": {"type": "note", "summary": "Rolled back."} if kind == "annotate" else {"type": "api"},
        "service": service(number),
        "incident": {"id": f"Q{number:05d}", "type": "incident_reference", "urgency": "high"},
        "html_url": None,
    }


def change_event(number: int) -> dict[str, Any]:
    """Return a change event, one a minute."""
    return {
        "id": f"01C{number:05d}",
        "type": "change_event",
        "summary": f"Build {number} of cart deployed, not {PLANTED}",
        "timestamp": at(number),
        "source": "ci/cart",
        "services": [service(number)] if number % 5 else [],
        "links": [{"href": f"https://ci.acme.example/{number}", "text": "Build"}],
        "custom_details": {"commit": f"{number:040x}", "environment": "production", "author": "ada"}
        if number % 3
        else {},
    }


@dataclass(slots=True)
class PagerDutyServer:
    """Answers as PagerDuty does. `token` empty: anybody may read."""

    incidents: Sequence[Mapping[str, Any]] = field(default_factory=lambda: [incident(number) for number in range(14)])
    changes: Sequence[Mapping[str, Any]] = field(default_factory=lambda: [change_event(number) for number in range(28)])
    token: str = ""

    def __call__(self, received: Received) -> Reply:
        """Answer one request."""
        if self.token and received.headers.get("authorization") != f"Token token={self.token}":
            return Reply(401, b"HTTP Token: Access denied.\n", {"content-type": "text/plain"})
        if "version=2" not in received.headers.get("accept", ""):
            return _refused(406, 2100, "Accept has to name the version")
        lists = {"/incidents": self._incidents, "/change_events": self._changes, "/log_entries": self._log}
        if received.path in lists:
            return lists[received.path](received)
        if found := re.fullmatch(r"/incidents/([A-Z0-9]+)(/log_entries)?", received.path):
            return self._of_incident(received, found[1], with_log=bool(found[2]))
        if received.path == "/abilities":
            return Reply(body={"abilities": ["teams", "urgencies"]})
        return _refused(404, 2100, "Not Found")

    def _incidents(self, received: Received) -> Reply:
        newest = received.query.get("sort_by") == ["created_at:desc"]
        return self._page(received, "incidents", sorted(self.incidents, key=_made, reverse=newest), "created_at")

    def _changes(self, received: Received) -> Reply:
        return self._page(received, "change_events", list(reversed(self.changes)), "timestamp")

    def _log(self, received: Received) -> Reply:
        entries = [log_entry(int(str(one["id"])[1:]), kind) for one in self.incidents for kind in _TYPES]
        return self._page(received, "log_entries", sorted(entries, key=_made, reverse=True), "created_at")

    def _of_incident(self, received: Received, incident_id: str, *, with_log: bool) -> Reply:
        one = next((one for one in self.incidents if one["id"] == incident_id), None)
        if one is None:
            return _refused(404, 2100, "Not Found")
        if not with_log:
            return Reply(body={"incident": one})
        number = int(incident_id[1:])
        return self._page(received, "log_entries", [log_entry(number, kind) for kind in reversed(_TYPES)], "")

    def _page(self, received: Received, key: str, rows: Sequence[Mapping[str, Any]], time: str) -> Reply:
        limit, start = (int(received.query.get(name, [one])[0]) for name, one in (("limit", "25"), ("offset", "0")))
        if limit > 100 or limit + start > CEILING:
            return _refused(400, 2001, "Invalid Input Provided", ["Offset and limit may be 10000 together."])
        since, until = (received.query.get(name, [one])[0] for name, one in (("since", ""), ("until", "9")))
        services = received.query.get("service_ids[]", [])
        found = [
            one
            for one in rows
            if (not time or since <= one[time] <= until) and (not services or one["service"]["id"] in services)
        ]
        more = start + limit < len(found)
        return Reply(
            body={key: found[start : start + limit], "limit": limit, "offset": start, "more": more, "total": None}
        )


def _made(one: Mapping[str, Any]) -> tuple[str, str]:
    return str(one["created_at"]), str(one["id"])


def _refused(status: int, code: int, message: str, errors: Sequence[str] = ()) -> Reply:
    return Reply(status, {"error": {"code": code, "message": message, "errors": list(errors)}})


_WINDOW = Window(start=T0 + timedelta(minutes=8), end=T0 + timedelta(minutes=24))
_BASELINE = Window(start=T0, end=T0 + timedelta(minutes=5))
_CATALOGUE = ({"service_id": "checkout", "aliases": {"pagerduty": ["PCHECK1"]}}, {"service_id": "cart"})
_SERVER = PagerDutyServer()

CASES = (
    http_case("pagerduty", "tickets", TicketsRequest(window=_WINDOW), _SERVER, {"lookback_s": 0}, services=_CATALOGUE),
    http_case(
        "pagerduty", "changes", ChangesRequest(window=_WINDOW, baseline=_BASELINE), _SERVER, {}, services=_CATALOGUE
    ),
    http_case(
        "pagerduty", "events", EventsRequest(window=_WINDOW, baseline=_BASELINE), _SERVER, {}, services=_CATALOGUE
    ),
)
