"""`inquest recording export`: reads TOOLCALLS, the gateway's journal and the payloads from the bus."""

import asyncio
from base64 import b64decode
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import typer

from inquest.bus.port import BusPort, KeyValue, Objects
from inquest.cli.operator_bus import DATA_DIR, operator_bus
from inquest.cli.session import CONNECT_S_MAX, echo_json, local_nats, run
from inquest.contracts.errors import NotFound
from inquest.contracts.latest import Opened, ToolCall
from inquest.contracts.subjects import INVESTIGATION_RECORDED, TOOL_CALLED
from inquest.contracts.topology import GATEWAY_JOURNAL, PAYLOADS
from inquest.gateway.adapters.recording_folder import About, write_recording
from inquest.gateway.domain.journal import JournalEntry

_AT_ONCE = 8
CONFIG = """\
# Reads what was recorded, and nothing else. Put the services of your catalogue beside it, where names differ.
tenants:
  default:
    providers:
      - {name: recording, kind: recording, settings: {path: .}}
"""


def export(incident: str, directory: Path, tenant: str, nats_url: str | None, *, as_json: bool) -> None:
    """Write the recording, with a configuration that reads it, and say how to run it."""
    about = run(_exported(incident, directory, tenant, nats_url))
    (directory / "inquest.yaml").write_text(CONFIG)
    if as_json:
        echo_json(about.model_dump(mode="json"))
        return
    typer.echo(f"{about.calls} calls of {len(about.investigations)} investigations are in {directory}")
    if about.window is not None:
        services = " ".join(f"--service {one}" for one in about.services)
        span = f"--from {about.window.start:%Y-%m-%dT%H:%M:%SZ} --to {about.window.end:%Y-%m-%dT%H:%M:%SZ}"
        typer.echo(f"inquest investigate {services} {span} --config {directory / 'inquest.yaml'}")


async def _exported(incident: str, directory: Path, tenant: str, nats_url: str | None) -> About:
    bus = operator_bus(local_nats(DATA_DIR, nats_url))
    await bus.connect(CONNECT_S_MAX)
    try:
        return await collect(bus, incident, directory, tenant)
    finally:
        await bus.close()


async def collect(bus: BusPort, incident: str, directory: Path, tenant: str) -> About:
    """Write what was read for an incident or an investigation into a folder. Raises NotFound, Impossible."""
    opened = await _investigations(bus, incident, tenant)
    calls = [one for name in opened for one in await _calls(bus, tenant, name)]
    payloads = await _payloads(bus.kv(GATEWAY_JOURNAL), bus.objects(PAYLOADS), calls)
    first = next(iter(opened.values()))
    about = About(
        tenant=tenant,
        incident_id=first.incident_id,
        investigations=tuple(opened),
        title=first.title,
        services=first.focus.services,
        window=first.window,
    )
    return await asyncio.to_thread(write_recording, directory, about, calls, payloads)


async def _investigations(bus: BusPort, incident: str, tenant: str) -> dict[str, Opened]:
    """Return how each investigation began. Raises NotFound."""
    found: dict[str, Opened] = {}
    for subject in sorted(await bus.subjects(INVESTIGATION_RECORDED, tenant=tenant)):
        name = subject.rpartition(".")[2]
        events = await bus.read(INVESTIGATION_RECORDED, tenant=tenant, investigation=name)
        opened = next((one.message.opened for one in events if one.message.opened), None)
        if opened is not None and incident in {name, opened.incident_id}:
            found[name] = opened
    if not found:
        raise NotFound(f"no investigation of {incident} in tenant {tenant}; `inquest archive list` shows older ones")
    return found


async def _calls(bus: BusPort, tenant: str, investigation: str) -> list[ToolCall]:
    return [one.message for one in await bus.read(TOOL_CALLED, tenant=tenant, investigation=investigation)]


async def _payloads(journal: KeyValue, objects: Objects, calls: Sequence[ToolCall]) -> dict[str, bytes]:
    """Return the answers by their hash; those that are no longer kept are left out."""
    turns = asyncio.Semaphore(_AT_ONCE)

    async def one(call: ToolCall) -> bytes | None:
        async with turns:
            if call.payload_ref:
                with suppress(NotFound):
                    return await objects.get(call.payload_ref)
                return None
            entry = await journal.get(f"{call.tenant}.{call.call_id}")
            result = JournalEntry.model_validate_json(entry.value).result if entry and entry.value else None
            return b64decode(result.payload_inline) if result and result.payload_inline else None

    asked = list({call.payload_sha256: call for call in calls if call.payload_sha256}.values())
    found = await asyncio.gather(*(one(call) for call in asked))
    return {call.payload_sha256: data for call, data in zip(asked, found, strict=True) if data is not None}
