"""From what people switch to what is written. Pure."""

from datetime import datetime, timedelta

from inquest.api.domain.control_requests import MUTE_DAYS_MAX, MuteBody, Panic, PanicStatus
from inquest.api.domain.view import View
from inquest.contracts.errors import Impossible, NotFound
from inquest.contracts.latest import Mute, Mutes, PanicState, derive_id
from inquest.contracts.v1.controls import EVERYWHERE, MUTES_MAX


def panic_status(state: PanicState, tenant: str) -> PanicStatus:
    """Return how the switches stand for one tenant."""
    shown = (one for one in state.switches if one.tenant in (EVERYWHERE, tenant))
    switches = tuple(Panic(tenant=one.tenant, on=one.on, by=one.by, at=one.at, reason=one.reason) for one in shown)
    return PanicStatus(stopped=state.stops(tenant) is not None, switches=switches)


def mute_of(body: MuteBody, tenant: str, by: str, now: datetime) -> Mute:
    """Return the mute. Raises Impossible where it would never hold, or for longer than is allowed."""
    starts_at = body.starts_at or now
    ends_at = body.ends_at or starts_at + timedelta(seconds=body.duration_s or 0)
    if ends_at <= max(starts_at, now):
        raise Impossible("ends_at: must be in the future, and after starts_at")
    if ends_at - now > timedelta(days=MUTE_DAYS_MAX):
        raise Impossible(f"ends_at: a mute ends within {MUTE_DAYS_MAX} days; use a maintenance window for what recurs")
    return Mute(
        mute_id=derive_id("mute", tenant, by, now.isoformat(), body.model_dump_json()),
        tenant=tenant,
        services=body.services,
        sources=body.sources,
        labels=body.labels,
        people=body.people,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=body.reason,
        by=by,
    )


def lasting(mutes: Mutes, now: datetime) -> Mutes:
    """Return those that have not ended."""
    return Mutes(mutes=tuple(mute for mute in mutes.mutes if mute.ends_at > now))


def with_mute(mutes: Mutes, mute: Mute, now: datetime) -> Mutes:
    """Return the mutes with one more. Raises Impossible at the limit."""
    kept = lasting(mutes, now).mutes
    if len(kept) >= MUTES_MAX:
        raise Impossible(f"there are {MUTES_MAX} mutes already; end one first: `inquest mutes`")
    return Mutes(mutes=(*kept, mute))


def without_mute(mutes: Mutes, mute_id: str, now: datetime, view: View) -> Mutes:
    """Return the mutes without one. Raises NotFound, also for one that holds for more than is in view."""
    kept = lasting(mutes, now).mutes
    left = tuple(mute for mute in kept if mute.mute_id != mute_id or not view.may_mute(mute.services))
    if len(left) == len(kept):
        raise NotFound(f"there is no mute {mute_id} that still holds; GET /v1/mutes lists those there are")
    return Mutes(mutes=left)
