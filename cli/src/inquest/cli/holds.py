"""`inquest hold add|list|end`: legal holds."""

import getpass
from datetime import UTC, datetime
from uuid import uuid4

import typer

from inquest.audit import Deed
from inquest.bus.bus import Bus
from inquest.cli.purge import PurgeRefused, connected, standing_holds
from inquest.cli.purging import Target
from inquest.cli.session import echo_json, run
from inquest.config.retention import RetentionConfig
from inquest.contracts import subjects as s
from inquest.contracts.errors import NotFound
from inquest.contracts.message import derive_id
from inquest.contracts.text import plain
from inquest.contracts.topology import HOLDS
from inquest.contracts.v1.retention import Hold


def add(target: Target, reason: str, nats_url: str | None, *, as_json: bool) -> None:
    """Hold an incident with its investigation, or a whole tenant, from now on."""
    hold = run(_add(target, reason, nats_url))
    if as_json:
        echo_json(hold.model_dump(mode="json"))
    else:
        typer.echo(f"hold {hold.hold_id}: nothing of {target.about} is deleted until `inquest hold end {hold.hold_id}`")


async def _add(target: Target, reason: str, nats_url: str | None) -> Hold:
    async with connected(nats_url) as (bus, audit):
        incident_id = target.incident_id
        if target.investigation_id and incident_id is None:
            keys = {"tenant": target.tenant, "investigation": target.investigation_id}
            events = [one.message for one in await bus.read(s.INVESTIGATION_RECORDED, since=None, **keys)]
            incident_id = next((event.opened.incident_id for event in events if event.opened), None)
        now = datetime.now(UTC)
        hold = Hold(
            hold_id=derive_id("hold", target.tenant, uuid4().hex)[:12],
            tenant=target.tenant,
            incident_id=incident_id,
            investigation_id=target.investigation,
            reason=reason,
            by=getpass.getuser(),
            at=now,
        )
        await audit.record(Deed("hold-added", hold.tenant, hold.by, reason, f"{hold.hold_id}: {target.about}"))
        await bus.kv(HOLDS).create(hold.hold_id, hold.model_dump_json().encode())
        return hold


async def refuse_shorter(bus: Bus, before: RetentionConfig, after: RetentionConfig) -> None:
    """Raise PurgeRefused where a stream would at once lose what a hold may cover and was not copied yet."""
    was = before.ages()
    shorter = [name for name, age_s in after.ages().items() if age_s < was[name]]
    if shorter and (holds := await standing_holds(bus)):
        raise PurgeRefused(
            f"{', '.join(shorter)} would keep less, and legal hold {holds[0].hold_id} stands: end it first, "
            "or leave the days as they are"
        )


def list_(nats_url: str | None, *, as_json: bool) -> None:
    """Print the holds that stand."""

    async def ask() -> list[Hold]:
        async with connected(nats_url) as (bus, _):
            return await standing_holds(bus)

    found = run(ask())
    if as_json:
        echo_json([hold.model_dump(mode="json") for hold in found])
        return
    for hold in found:
        what = hold.incident_id or hold.investigation_id or "everything"
        typer.echo(f"{hold.hold_id}  {hold.at:%Y-%m-%d}  {hold.tenant}: {what}  {plain(hold.by)}: {plain(hold.reason)}")
    if not found:
        typer.echo("no legal hold stands")


def end(hold_id: str, reason: str, nats_url: str | None) -> None:
    """End a hold. What it kept beyond its time goes with the next sweep."""

    async def work() -> None:
        async with connected(nats_url) as (bus, audit):
            entry = await bus.kv(HOLDS).get(hold_id)
            hold = Hold.model_validate_json(entry.value) if entry else None
            if entry is None or hold is None or hold.ended_at is not None:
                raise NotFound(f"no legal hold {hold_id} stands; `inquest hold list` shows those there are")
            who = getpass.getuser()
            await audit.record(Deed("hold-ended", hold.tenant, who, reason, hold_id))
            ended = hold.model_copy(update={"ended_at": datetime.now(UTC), "ended_by": who})
            await bus.kv(HOLDS).update(hold_id, ended.model_dump_json().encode(), entry.revision)

    run(work())
    typer.echo(f"hold {hold_id} has ended")
