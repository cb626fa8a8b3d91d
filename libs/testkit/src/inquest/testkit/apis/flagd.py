"""A flagd: its file of definitions as an HTTP server gives it out, and OFREP's bulk evaluation (openfeature.dev)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from inquest.contracts.latest import FlagsRequest, Window
from inquest.testkit.backends import Received, Reply
from inquest.testkit.providers import PLANTED, http_case

T0 = datetime(2026, 3, 1, 14, tzinfo=UTC)
CHANGED = T0 + timedelta(minutes=12)


def definitions() -> dict[str, Any]:
    """Return a file of definitions, with a flag of each sort."""
    switch = {"state": "ENABLED", "variants": {"on": True, "off": False}}
    fraction = {"fractional": [{"var": "targetingKey"}, ["on", 20], ["off", 60]]}
    rule = {"if": [{"==": [{"var": "note"}, f"seen {PLANTED}"]}, "on"]}
    return {
        "$schema": "https://flagd.dev/schema/v0/flags.json",
        "metadata": {"flagSetId": "shop"},
        "flags": {
            "cart-pool": switch | {"defaultVariant": "on", "metadata": {"service": "cart-svc"}},
            "checkout.rerank": switch | {"defaultVariant": "off", "targeting": fraction},
            "free_shipping": switch | {"state": "DISABLED", "defaultVariant": "off", "targeting": rule},
            "page-size": {
                "state": "ENABLED",
                "variants": {"small": 12, "large": {"rows": 40}},
                "defaultVariant": "large",
            },
        },
    }


@dataclass(slots=True)
class FlagdServer:
    """Answers as flagd does (OFREP), and as an HTTP server does that gives out the file."""

    file: Mapping[str, Any] = field(default_factory=definitions)
    headers: Mapping[str, str] = field(
        default_factory=lambda: {"last-modified": format_datetime(CHANGED, usegmt=True), "etag": '"7c2a"'}
    )

    def __call__(self, received: Received) -> Reply:
        """Answer one request."""
        if (received.method, received.path) == ("GET", "/flags.json"):
            return Reply(body=self.file, headers=dict(self.headers))
        if (received.method, received.path) == ("POST", "/ofrep/v1/evaluate/flags"):
            return self._evaluate(received)
        return Reply(404, b"404 page not found\n", {"content-type": "text/plain"})

    def _evaluate(self, received: Received) -> Reply:
        if not isinstance(received.json().get("context"), dict):
            return Reply(400, {"errorCode": "INVALID_CONTEXT", "errorDetails": "context is no object"})
        found: list[dict[str, Any]] = []
        for key, flag in self.file["flags"].items():
            if flag["state"] == "DISABLED":  # flagd leaves these out
                continue
            variant = flag["defaultVariant"]
            reason = "TARGETING_MATCH" if flag.get("targeting") else "STATIC"
            known = {"key": key, "reason": reason, "variant": variant, "value": flag["variants"][variant]}
            found.append(known | {"metadata": flag.get("metadata") or {}})
        found.append({"key": "broken", "errorCode": "PARSE_ERROR", "errorDetails": "targeting is no rule"})
        return Reply(body={"flags": found, "metadata": self.file.get("metadata") or {}})


CASES = (
    http_case(
        "flagd",
        "flags",
        FlagsRequest(window=Window(start=T0 + timedelta(minutes=8), end=T0 + timedelta(minutes=24))),
        FlagdServer(),
        {"definition": "/flags.json"},
        services=({"service_id": "cart", "aliases": {"flagd": ["cart-svc"]}},),
    ),
)
