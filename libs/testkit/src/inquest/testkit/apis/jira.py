"""A Jira of two projects: search, issue, changelog, comments and myself, of the Cloud (v3) and of a Data Center (v2).

As developer.atlassian.com documents them: tokens for pages, fields that nobody asked for are left out, times of JQL are
minutes in the user's zone, a search brings the newest part of a history, texts of v3 are documents.
"""

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from inquest.contracts.latest import ChangesRequest, TicketsRequest, Window
from inquest.testkit.backends import Received, Reply
from inquest.testkit.providers import PLANTED, http_case

T0 = datetime(2026, 3, 1, 14, tzinfo=UTC)
PAGE, HISTORY = 10, 3
ANNA = {"accountId": "5b10a2844c20165700ede21g", "displayName": "Anna Schmidt", "active": True}
_CLAUSE = re.compile(
    r'(project|issuetype) in \(([^)]*)\)|(updated|created) (>=|<=) "([^"]*)"|text ~ ("(?:[^"\\]|\\.)*")'
)


def at(minutes: float) -> str:
    """Return a time after T0 as Jira writes it: with milliseconds, in the zone of its server."""
    local = (T0 + timedelta(minutes=minutes)).astimezone(ZoneInfo("Europe/Berlin"))
    return local.strftime("%Y-%m-%dT%H:%M:%S.000%z")


def adf(*lines: str) -> dict[str, Any]:
    """Return a text as a document."""
    content = [{"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in lines]
    return {"type": "doc", "version": 1, "content": content}


def issue(number: int) -> dict[str, Any]:
    """Return a ticket of a minute after T0: a bug of checkout, or a change of cart that went through three statuses."""
    is_change = number % 2 == 1
    steps = ("Open", "Planning", "Implementing", "Done")
    histories = [
        {
            "id": f"{number}{step}",
            "author": ANNA,
            "created": at(number + step / 10),
            "items": [
                {
                    "field": "status",
                    "fieldtype": "jira",
                    "from": "1",
                    "fromString": before,
                    "to": "2",
                    "toString": after,
                }
            ],
        }
        for step, (before, after) in enumerate(pairwise(steps), 1)
    ]
    if number % 6 == 0:  # longer than what a search brings
        moved = {
            "field": "assignee",
            "fieldtype": "jira",
            "from": None,
            "fromString": None,
            "to": "5",
            "toString": "Anna",
        }
        histories.append({"id": f"{number}9", "author": ANNA, "created": at(number + 0.4), "items": [moved]})
    comment = {"id": f"{number}", "author": ANNA, "body": adf(f"seen with {PLANTED}"), "created": at(number + 0.5)}
    return {
        "id": f"{10_000 + number}",
        "key": f"OPS-{number + 1}",
        "fields": {
            "summary": f"raise the pool of cart to {number}" if is_change else f"checkout is slow, {number}",
            "issuetype": {"id": "1", "name": "Change" if is_change else "Bug", "subtask": False},
            "status": {"name": "Done"},
            "priority": {"name": "High"},
            "components": [{"id": "7", "name": "cart" if is_change else "checkout-svc"}],
            "labels": ["pool", "payments-label"],
            "created": at(number),
            "updated": at(number + 0.5),
            "resolutiondate": at(number + 0.3),
            "reporter": ANNA,
            "assignee": None,
            "description": adf("pool exhausted", "since noon"),
            "issuelinks": [{"type": {"name": "Blocks"}, "outwardIssue": {"key": "OPS-99"}}],
            "comment": {"comments": [comment], "maxResults": 1, "total": 1, "startAt": 0},
        },
        "changelog": {"startAt": 0, "maxResults": HISTORY, "total": len(histories), "histories": histories[::-1]},
    }


class JiraServer:
    """Answers as Jira does. `zone` is that of the user; `is_cloud` chooses the API."""

    def __init__(
        self, issues: Sequence[dict[str, Any]], *, is_cloud: bool = True, zone: str = "Pacific/Kiritimati"
    ) -> None:
        self.issues = {one["key"]: one for one in issues}
        self.is_cloud = is_cloud
        self.zone = ZoneInfo(zone)
        self.api = "/rest/api/3" if is_cloud else "/rest/api/2"

    def __call__(self, received: Received) -> Reply:
        """Answer one request."""
        path = received.path.removeprefix(self.api)
        if path == "/myself":
            return Reply(body={**ANNA, "timeZone": self.zone.key})
        if path == ("/search/jql" if self.is_cloud else "/search") and received.method == "POST":
            return self._search(received.json())
        if self.is_cloud and received.path.endswith("/search"):
            return _refused(410, "The requested API has been removed. Please migrate to /rest/api/3/search/jql.")
        found = re.fullmatch(r"/issue/([A-Z0-9-]+)(/changelog|/comment)?", path)
        if not found or found[1] not in self.issues:
            return _refused(404, "Issue does not exist or you do not have permission to see it.")
        return self._issue(self.issues[found[1]], found[2], {name: one[0] for name, one in received.query.items()})

    def _issue(self, one: dict[str, Any], part: str | None, query: dict[str, str]) -> Reply:
        if not part:
            return Reply(body=self._shown(one, query["fields"].split(","), "changelog" in query["expand"]))
        key, rows = (
            ("values", one["changelog"]["histories"][::-1])
            if part == "/changelog"
            else ("comments", one["fields"]["comment"]["comments"])
        )
        start = int(query["startAt"])
        return Reply(body={"startAt": start, "maxResults": PAGE, "total": len(rows), key: rows[start : start + PAGE]})

    def _search(self, body: dict[str, Any]) -> Reply:
        jql, _, order = body["jql"].partition(" ORDER BY ")
        if not _CLAUSE.search(jql):
            return _refused(400, "Unbounded JQL queries are not allowed here. Please add a search restriction.")
        if strange := set(re.findall(r'project in \("(\w+)"', jql)) - {"OPS"}:
            return _refused(400, f"The value '{strange.pop()}' does not exist for the field 'project'.")
        fits = [self._test(match) for match in _CLAUSE.finditer(jql)]
        found = [one for one in self.issues.values() if all(test(one) for test in fits)]
        if order:
            found.sort(key=lambda one: datetime.fromisoformat(one["fields"]["updated"]))
        start = int(body.get("nextPageToken", "page-0")[5:]) if self.is_cloud else body["startAt"]
        rows = [self._shown(one, body.get("fields", []), "changelog" in body["expand"]) for one in found]
        rows, more = rows[start : start + PAGE], start + PAGE < len(found)
        if self.is_cloud:
            return Reply(
                body={"issues": rows, "isLast": not more, **({"nextPageToken": f"page-{start + PAGE}"} if more else {})}
            )
        return Reply(body={"startAt": start, "maxResults": PAGE, "total": len(found), "issues": rows})

    def _test(self, match: re.Match[str]) -> Callable[[dict[str, Any]], bool]:
        among, words, when, how, minute, text = match.groups()
        if among:
            wanted = {one.lower() for one in re.findall(r'"([^"]*)"', words)}
            return lambda one: (
                (one["key"].partition("-")[0] if among == "project" else one["fields"]["issuetype"]["name"]).lower()
                in wanted
            )
        if when:
            limit = datetime.strptime(minute, "%Y/%m/%d %H:%M").replace(tzinfo=self.zone)
            return lambda one: (
                datetime.fromisoformat(one["fields"][when]) >= limit
                if how == ">="
                else datetime.fromisoformat(one["fields"][when]) <= limit
            )
        phrase = json.loads(json.loads(text))
        return lambda one: re.search(rf"\b{phrase}\b", json.dumps(one["fields"]), re.IGNORECASE) is not None

    def _shown(self, one: dict[str, Any], fields: Sequence[str], with_history: bool) -> dict[str, Any]:
        shown = {
            "id": one["id"],
            "key": one["key"],
            "fields": {name: one["fields"][name] for name in fields if name in one["fields"]},
        }
        if with_history:
            log = one["changelog"]
            shown["changelog"] = {**log, "histories": log["histories"][: HISTORY if self.is_cloud else None]}
        return shown


def _refused(status: int, *messages: str) -> Reply:
    return Reply(status, {"errorMessages": messages, "errors": {}})


_WINDOW = Window(start=T0 + timedelta(minutes=8), end=T0 + timedelta(minutes=18))
_BASELINE = Window(start=T0, end=T0 + timedelta(minutes=5))
_SERVICES = ({"service_id": "checkout", "aliases": {"jira": ["checkout-svc"]}},)
_ISSUES = [issue(number) for number in range(20)]
_MIXED = [
    {**one, "fields": {**one["fields"], "components": [{"name": "cart" if number % 4 == 1 else "checkout-svc"}]}}
    for number, one in enumerate(_ISSUES)
]

CASES = (
    http_case(
        "jira",
        "tickets",
        TicketsRequest(window=_WINDOW, baseline=_BASELINE),
        JiraServer(_ISSUES),
        {"projects": ["OPS"]},
        _SERVICES,
    ),
    http_case(
        "jira",
        "changes",
        ChangesRequest(window=_WINDOW, baseline=_BASELINE),
        JiraServer(_MIXED),
        {"projects": ["OPS"], "change_types": ["Change"], "time_zone": "Pacific/Kiritimati"},
        _SERVICES,
    ),
)
