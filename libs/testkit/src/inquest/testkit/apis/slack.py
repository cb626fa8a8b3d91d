"""A Slack of three channels: `auth.test`, `conversations.history`, `conversations.replies`, `search.messages`.

As docs.slack.dev documents them: the newest first, pages by cursor, threads that hang at their first message, errors
with status 200, a limit with 429, and a search that compares days and finds also what its user sees elsewhere.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from inquest.contracts.latest import ChatRequest, Window
from inquest.testkit.backends import Received, Reply
from inquest.testkit.providers import PLANTED, http_case

T0 = datetime(2026, 3, 1, 14, tzinfo=UTC)
INCIDENTS, PAYMENTS, PRIVATE = "C024BE91L", "C0PAYMENTS", "G0SECRETS"
CHANNELS = {"incidents": INCIDENTS, "payments": PAYMENTS}
NAMES = {INCIDENTS: "incidents", PAYMENTS: "payments", PRIVATE: "secrets"}


def ts(minutes: float) -> str:
    """Return a time after T0 as Slack writes it, which is also the id of a message."""
    return f"{T0.timestamp() + 60 * minutes + 0.000100:.6f}"


def message(minutes: float, text: str, **more: Any) -> dict[str, Any]:
    """Return what a person said."""
    return {"type": "message", "user": "U012AB3CDE", "text": text, "ts": ts(minutes), **more}


def conversations() -> dict[str, list[dict[str, Any]]]:
    """Return what was said: a message each minute, a thread of an hour before, a bot's alert, somebody who joined."""
    of_incidents = [message(number, f"checkout is slow &lt;{number}&gt; {PLANTED}") for number in range(20)]
    parent, alert, joined = of_incidents[2], of_incidents[3], of_incidents[4]
    early = message(-60, "deploying cart to <https://prod.example|production>")
    threads = [(early, [-50, 9.5]), (parent, [2.5, 12.5])]
    replies = [message(at, f"reply at {at:g}", thread_ts=head["ts"]) for head, ats in threads for at in ats]
    for head, ats in threads:
        head |= {"thread_ts": head["ts"], "reply_count": len(ats), "latest_reply": ts(ats[-1])}
    alert |= {"text": "", "subtype": "bot_message", "bot_id": "B07", "username": "PagerDuty"}
    alert["attachments"] = [{"title": "High error rate", "text": "checkout: 7 %", "fallback": "High error rate"}]
    del alert["user"]
    joined |= {"subtype": "channel_join"}
    secret = message(9, "checkout is slow, but nobody may know")
    return {
        INCIDENTS: [early, *of_incidents, *replies],
        PAYMENTS: [message(number + 0.25, f"card declined {number}") for number in range(20)],
        PRIVATE: [secret],
    }


class SlackServer:
    """Answers as Slack does. `members` are the channels that the app is in; after `asks_max` requests it is limited."""

    def __init__(self, *, members: Sequence[str] = (INCIDENTS, PAYMENTS), asks_max: int = 10**9) -> None:
        self.said = conversations()
        self.members = members
        self.left = asks_max

    def __call__(self, received: Received) -> Reply:
        """Answer one request."""
        self.left -= 1
        if self.left < 0:
            return Reply(429, {"ok": False, "error": "ratelimited"}, {"retry-after": "30"})
        asked = {name: values[0] for name, values in received.query.items()}
        if received.path == "/auth.test":
            return _ok(url="https://acme.slack.com/", team="acme", user="inquest", bot_id="B01")
        if received.path == "/search.messages":
            return self._search(asked)
        if received.path not in {"/conversations.history", "/conversations.replies"}:
            return refused("unknown_method")
        if asked["channel"] not in self.members:
            return refused("not_in_channel" if asked["channel"] in self.said else "channel_not_found")
        return self._conversation(asked, self.said[asked["channel"]], is_thread=received.path.endswith("replies"))

    def _conversation(self, asked: dict[str, str], said: list[dict[str, Any]], *, is_thread: bool) -> Reply:
        if not is_thread:
            rows = [one for one in said if one.get("thread_ts", one["ts"]) == one["ts"]]
            return self._page([one for one in rows if _is_within(one, asked)][::-1], asked)
        rows = [one for one in said if one.get("thread_ts") == asked["ts"]]
        if not rows:
            return refused("thread_not_found")
        return self._page([one for one in rows if one["ts"] == asked["ts"] or _is_within(one, asked)], asked)

    def _page(self, rows: list[dict[str, Any]], asked: dict[str, str]) -> Reply:
        if not 0 < int(asked["limit"]) < 1000:
            return refused("invalid_limit")
        start = int(asked.get("cursor", "next_ts:0")[8:])
        end = start + int(asked["limit"])
        more = {"response_metadata": {"next_cursor": f"next_ts:{end}"}} if end < len(rows) else {}
        return _ok(messages=rows[start:end], has_more=bool(more), pin_count=0, **more)

    def _search(self, asked: dict[str, str]) -> Reply:
        query = re.fullmatch(r'"([^"]*)" in:(\S+) after:(\S+) before:(\S+)', asked["query"])
        if query is None:
            return refused("no_query")
        phrase, _, after, before = query.groups()  # whatever channel is named, what its user sees elsewhere comes too
        found = [
            {
                **one,
                "channel": {"id": channel, "name": NAMES[channel]},
                "permalink": f"https://acme.slack.com/{one['ts']}",
            }
            for channel, ones in self.said.items()
            for one in ones
            if phrase.lower() in one["text"].lower() and after < _day(one) < before
        ]
        found.sort(key=lambda one: one["ts"], reverse=asked["sort_dir"] == "desc")
        number, size = int(asked["page"]), int(asked["count"])
        pages = -(-len(found) // size)
        paging = {"count": size, "total": len(found), "page": number, "pages": pages}
        return _ok(
            messages={"matches": found[(number - 1) * size : number * size], "paging": paging, "total": len(found)}
        )


def _is_within(one: dict[str, Any], asked: dict[str, str]) -> bool:
    at, oldest, latest = float(one["ts"]), float(asked.get("oldest", 0)), float(asked.get("latest", 1e12))
    return oldest <= at <= latest if asked.get("inclusive") == "true" else oldest < at < latest


def _day(one: dict[str, Any]) -> str:
    return f"{datetime.fromtimestamp(float(one['ts']), UTC):%Y-%m-%d}"


def _ok(**more: Any) -> Reply:
    return Reply(body={"ok": True, **more})


def refused(error: str, **more: str) -> Reply:
    """Return an error as Slack answers it: with status 200."""
    return Reply(body={"ok": False, "error": error, **more})


CASES = (
    http_case(
        "slack",
        "chat",
        ChatRequest(
            window=Window(start=T0 + timedelta(minutes=8), end=T0 + timedelta(minutes=16)),
            baseline=Window(start=T0, end=T0 + timedelta(minutes=5)),
        ),
        SlackServer(),
        {"channels": CHANNELS, "page_messages_max": 15},
    ),
)
