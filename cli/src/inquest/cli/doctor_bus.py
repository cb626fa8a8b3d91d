"""What `inquest doctor` finds of the running bus's promise: does an ack mean that a message is on disk?"""

import json
import os
from contextlib import suppress
from pathlib import Path

from inquest.bus.durability import not_durable
from inquest.cli.finding import Finding

DATA_DIR = Path("var")
NAME = "durable acks"


async def durability_finding() -> Finding:
    """Ask the monitoring port that INQUEST_NATS_MONITOR_URL names, else that of the system that runs here."""
    url = os.environ.get("INQUEST_NATS_MONITOR_URL") or _local()
    if url is None:
        fix = "set INQUEST_NATS_MONITOR_URL to nats-server's monitoring port, as http://nats:8222"
        return Finding(NAME, "warn", "not known: only nats-server's monitoring port says", fix)
    try:
        reason = await not_durable(url)
    except (OSError, ValueError) as error:
        return Finding(NAME, "warn", f"{url} does not answer: {error}", "check the address and the network path")
    if reason is not None:
        return Finding(NAME, "fail", f"{url}: {reason}", "set `sync_interval: always` for JetStream; restart it")
    return Finding(NAME, "ok", f"{url}: an ack means that a message is on disk")


def _local() -> str | None:
    with suppress(OSError, ValueError, KeyError, IndexError):
        pid = int((DATA_DIR / "nats" / "nats-server.pid").read_text())
        ports = json.loads((DATA_DIR / "nats" / f"nats-server_{pid}.ports").read_text())
        return str(ports["monitoring"][0])
    return None
