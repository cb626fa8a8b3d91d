"""`inquest doctor`: would the channels take a notice? Nothing is sent."""

from collections.abc import Sequence
from datetime import UTC, datetime

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
        return Finding(name, "ok", f"{channel.kind}, {mode}: {await probes.probe(channel)}")
    except InquestError as error:
        fix = f"see docs/channels/{channel.kind}.md"
        return Finding(name, "fail" if channel.live else "warn", f"{channel.kind}, {mode}: {error}", fix)
