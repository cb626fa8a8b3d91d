"""`inquest doctor`: would the channels take a notice? Nothing is sent."""

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from inquest.cli.finding import Finding
from inquest.config.channels import Channel
from inquest.contracts.errors import InquestError
from inquest.notifier.adapters.probes import Probes

CHANNELS_MAX = 50  # looked at for each tenant


async def channel_findings(tenant_id: str, channels: Sequence[Channel]) -> list[Finding]:
    """Look at each channel; one in shadow mode that would fail is a warning only."""
    probes = Probes.made(lambda: datetime.now(UTC))
    try:
        found = [await _looked_at(tenant_id, channel, probes) for channel in channels[:CHANNELS_MAX]]
    finally:
        await probes.close()
    if not channels:
        fix = "add a channel to inquest.yaml"
        found.append(Finding(f"{tenant_id}: channels", "warn", "nobody is told of verdicts", fix))
    return found


async def _looked_at(tenant_id: str, channel: Channel, probes: Probes) -> Finding:
    name = f"{tenant_id}: channel {channel.id}"
    mode = "live" if channel.live else "shadow mode"
    try:
        found = f"{channel.kind}, {mode}: {await probes.probe(channel)}"
        if _is_open_to_all(channel):
            return Finding(name, "warn", f"{found}; its credential travels in the clear", "use https in its url")
        return Finding(name, "ok", found)
    except InquestError as error:
        fix = f"see docs/channels/{channel.kind}.md"
        return Finding(name, "fail" if channel.live else "warn", f"{channel.kind}, {mode}: {error}", fix)


def _is_open_to_all(channel: Channel) -> bool:
    """Whether a token is sent over plain HTTP to another machine."""
    url = urlsplit(getattr(channel, "url", ""))
    return url.scheme == "http" and hasattr(channel, "token") and url.hostname not in {"127.0.0.1", "localhost", "::1"}
