"""Whether an ack of nats-server means that the message is on disk: only its monitoring port says."""

import asyncio
import json
import urllib.request
from typing import Any

ASK_S_MAX = 3.0


async def not_durable(monitor_url: str) -> str | None:
    """Return why acks of the server with this monitoring address may precede the disk; None where they do not.

    Raises OSError or ValueError where it does not answer, or answers something else.
    """
    varz = await asyncio.to_thread(_varz, monitor_url)
    config = varz.get("jetstream", {}).get("config")
    if not config:
        return "JetStream is off"
    if not config.get("sync_always"):
        return "`sync_interval` is not `always`: acks precede the disk, and a power cut loses what was accepted"
    return None


def _varz(monitor_url: str) -> dict[str, Any]:
    if not monitor_url.startswith(("http://", "https://")):
        raise ValueError(f"{monitor_url!r} is no address of a monitoring port, as http://nats:8222")
    with urllib.request.urlopen(f"{monitor_url.rstrip('/')}/varz", timeout=ASK_S_MAX) as reply:  # noqa: S310 - checked
        found: dict[str, Any] = json.load(reply)
        return found
