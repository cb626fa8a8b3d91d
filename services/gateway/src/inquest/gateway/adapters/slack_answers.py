"""What Slack's answers say, in our words. Whether one is an error its text says: the status is 200 all the same."""

import html
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from inquest.contracts.latest import ChatMessageData, ErrorKind
from inquest.gateway.adapters.http import Answer
from inquest.gateway.domain.failure import ProviderError
from inquest.gateway.domain.forge import understood
from inquest.gateway.domain.retry_after import retry_after_s

_KINDS: Mapping[ErrorKind, frozenset[str]] = {
    "limited": frozenset({"ratelimited", "rate_limited"}),
    "auth": frozenset(
        {"access_denied", "account_inactive", "ekm_access_denied", "enterprise_is_restricted", "invalid_auth"}
        | {"missing_scope", "no_permission", "not_allowed_token_type", "not_authed", "not_in_channel"}
        | {
            "org_login_required",
            "team_access_not_granted",
            "token_expired",
            "token_revoked",
            "two_factor_setup_required",
        }
    ),
    "not-found": frozenset({"channel_not_found", "thread_not_found", "message_not_found", "method_deprecated"}),
    "timeout": frozenset({"request_timeout"}),
    "retryable": frozenset({"fatal_error", "internal_error", "service_unavailable", "team_added_to_org"}),
}
_HINTS = {
    "channel_not_found": ": is the id right? a private channel is shown to its members alone: invite the app",
    "not_in_channel": ": invite the app to the channel",
    "not_allowed_token_type": ": search wants a user's token, the others a bot's or a user's",
}
_SILENT = frozenset({"channel_join", "channel_leave", "group_join", "group_leave", "tombstone"})
_LINK = re.compile(r"<([^<>|]*)\|?([^<>]*)>")
_DEPTH_MAX = 20
_TEXT_CHARS_MAX = 40_000  # the longest that Slack lets a message be


def checked(answer: Answer, about: str) -> Any:
    """Return an answer that is none of an error. Raises ProviderError. `about` is what was asked for."""
    body = answer.json()
    if not isinstance(body, dict) or not isinstance(body.get("ok"), bool):
        raise ProviderError("malformed", f"{answer.url}: the answer has no `ok`: is this address Slack's API?")
    if body["ok"]:
        return body
    error = str(body.get("error") or "unknown_error")[:100]
    kind: ErrorKind = next((kind for kind, errors in _KINDS.items() if error in errors), "malformed")
    needed = f": it needs {str(body['needed'])[:200]}" if body.get("needed") else ""
    wait_s = retry_after_s(answer.headers, datetime.now(UTC)) if kind in {"limited", "retryable"} else 0.0
    reason = f"{answer.url} refuses {about}: {error}{needed}{_HINTS.get(error, '')}"
    raise ProviderError(kind, reason, retry_after_s=wait_s)


def message_of(raw: Any, name: str, channel: str, workspace_url: str) -> ChatMessageData | None:
    """Return a message of a channel; None for what nobody said."""
    if raw.get("subtype") in _SILENT:
        return None
    ts, thread = str(raw["ts"]), str(raw.get("thread_ts") or "")
    link = str(raw.get("permalink") or "")
    if not link and workspace_url:
        link = f"{workspace_url}/archives/{channel}/p{ts.replace('.', '')}"
        link += f"?thread_ts={thread}&cid={channel}" if thread and thread != ts else ""
    profile = raw.get("bot_profile") or {}
    author = raw.get("user") or raw.get("username") or profile.get("name") or raw.get("bot_id") or ""
    return ChatMessageData(
        time=float(ts),
        message_id=f"{channel}/{ts}",
        channel=name,
        thread_id=f"{channel}/{thread}" if thread else "",
        author=str(author),
        text=plain(_said(raw))[:_TEXT_CHARS_MAX],
        is_bot=bool(raw.get("bot_id")) or raw.get("subtype") == "bot_message",
        url=link,
    )


def _said(raw: Any) -> str:
    """Return all that a message says: bots say it in attachments, or in blocks alone."""
    parts = [str(raw.get("text") or "")]
    for one in raw.get("attachments") or ():
        told = [one.get("pretext"), one.get("title"), one.get("text")]
        parts += [str(part) for part in (told if any(told) else [one.get("fallback")]) if part]
    if not any(part.strip() for part in parts):
        parts = list(_texts(raw.get("blocks") or (), 0))
    return "\n".join(part for part in parts if part)


def _texts(node: Any, depth: int) -> Iterator[str]:
    if depth > _DEPTH_MAX:
        return
    if isinstance(node, list):
        for one in node:
            yield from _texts(one, depth + 1)
    elif isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node["text"]
        for one in node.values():
            if isinstance(one, list | dict):
                yield from _texts(one, depth + 1)


def plain(text: str) -> str:
    """Return a text of Slack as a person reads it: `<url|label>` is `label (url)`, `&lt;` is `<`."""

    def shown(match: re.Match[str]) -> str:
        target, label = match[1], match[2]
        if target.startswith(("#", "@", "!")):
            return f"{target[0].replace('!', '@')}{label or target[1:]}"
        return f"{label} ({target})" if label and label != target else target

    return html.unescape(_LINK.sub(shown, text)) if "<" in text or "&" in text else text


def threads_in(raws: list[Any], since_s: float) -> list[str]:
    """Return the threads that begin in these messages, and were last answered at or after a time in epoch seconds."""
    with understood("a message of Slack"):
        return [
            str(raw["ts"])
            for raw in raws
            if int(raw.get("reply_count") or 0) and float(raw.get("latest_reply") or raw["ts"]) >= since_s
        ]
