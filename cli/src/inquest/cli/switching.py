"""Switches of domains, asked of the gateways over the bus, and the comparisons that lie in its stream."""

import getpass
from collections.abc import Awaitable, Callable
from datetime import tzinfo
from typing import TypeVar

import typer
from pydantic import ValidationError

from inquest.bus.bus import Bus
from inquest.bus.codec import decode
from inquest.cli import session
from inquest.cli.operator_bus import DATA_DIR, operator_bus
from inquest.contracts.errors import Impossible, InquestError
from inquest.contracts.latest import (
    ListSwitches,
    ProviderSwitched,
    SwitchList,
    SwitchProvider,
    SwitchSetting,
    SwitchStanding,
    ToolComparison,
)
from inquest.contracts.subjects import PROVIDER_SWITCH, SWITCHES_LIST, TOOL_COMPARED
from inquest.contracts.text import flaws, plain

ANSWER_S_MAX = 20.0  # the audit may take fifteen
COMPARISONS_BACK_MAX = 20_000  # messages of all tenants and kinds in TOOLCALLS
_SHOWN_MAX = 10  # differences of one comparison; --json has all that were kept

ResultT = TypeVar("ResultT")


def switch(
    action: str,
    domain: str,
    to: str | None,
    percent: float | None,
    reason: str,
    tenant: str,
    nats_url: str | None,
    *,
    as_json: bool,
) -> None:
    """Promote or roll back, and say how the domain stands now."""
    asks = {"tenant": tenant, "domain": domain, "action": action, "to": to, "percent": percent, "reason": reason}
    try:
        wish = SwitchProvider.model_validate({**asks, "by": getpass.getuser()})
    except ValidationError as error:
        raise InquestError(flaws(error)) from error

    async def ask(bus: Bus) -> ProviderSwitched:
        answer: ProviderSwitched = await bus.request(PROVIDER_SWITCH, wish, timeout_s=ANSWER_S_MAX, tenant=wish.tenant)
        return answer

    done = session.run(_connected(nats_url, ask))
    if as_json:
        session.echo_json(done.model_dump(mode="json"))
    elif done.changed:
        typer.echo(f"{domain} of {tenant}: {words(done.before)} -> {words(done.now)}")
    else:
        typer.echo(f"{domain} of {tenant} stands so already: {words(done.now)}")


def words(setting: SwitchSetting | None) -> str:
    """Say who answers."""
    if setting is None:
        return "by priority"
    if setting.use != "both":
        return setting.use
    base = "external" if setting.candidate == "internal" else "internal"
    return f"both ({setting.candidate} leads {setting.percent:g} %, {base} the rest)"


def show_switches(domain: str | None, tenant: str, nats_url: str | None, *, as_json: bool) -> None:
    """Print how the domains stand."""
    try:
        asked = ListSwitches.model_validate({"tenant": tenant, "domain": domain})
    except ValidationError as error:
        raise InquestError(flaws(error)) from error

    async def ask(bus: Bus) -> SwitchList:
        answer: SwitchList = await bus.request(SWITCHES_LIST, asked, timeout_s=ANSWER_S_MAX, tenant=tenant)
        return answer

    found = session.run(_connected(nats_url, ask)).standings
    if as_json:
        session.echo_json([one.model_dump(mode="json") for one in found])
        return
    for one in found:
        typer.echo("\n".join(_lines(one)))
    if not found:
        typer.echo(f"tenant {tenant} has no source of {domain or 'any domain'}")


def _lines(one: SwitchStanding) -> list[str]:
    idle = "" if one.setting is None or one.in_effect else "; not in effect: its sources are of one sort"
    origin = f", by {one.origin}" if one.setting else ""
    lines = [f"{one.domain:<11}{words(one.setting)}{origin}{idle}"]
    for side, names in (("external", one.external), ("internal", one.internal)):
        if names:
            lines.append(f"{'':11}{side}: {', '.join(names)}")
    if one.calls or one.compared:
        lines.append(
            f"{'':11}of the side that is tried {one.errors} of {one.calls} calls failed, "
            f"{one.differing} of {one.compared} comparisons differed"
        )
    if one.switch:
        who = "the rule for rollbacks" if one.switch.automatic else plain(one.switch.by)
        why = f": {plain(one.switch.reason)}" if one.switch.reason else ""
        lines.append(f"{'':11}switched {one.switch.at:%Y-%m-%d %H:%M:%S}Z by {who}{why}")
    return lines


def show_comparisons(
    domain: str | None,
    limit: int,
    tenant: str,
    zone: str | None,
    nats_url: str | None,
    *,
    differing: bool,
    as_json: bool,
) -> None:
    """Print the newest comparisons, with the first differences of each."""
    where = session.zone(zone)

    async def read(bus: Bus) -> list[ToolComparison]:
        found: list[ToolComparison] = []
        pattern = TOOL_COMPARED.pattern(tenant=tenant)
        async for one in bus.newest("TOOLCALLS", pattern, back_max=COMPARISONS_BACK_MAX):
            compared: ToolComparison = decode(TOOL_COMPARED, one.headers, one.payload)
            if domain in {None, compared.domain} and (compared.total or not differing):
                found.append(compared)
            if len(found) == limit:
                break
        return found

    found = session.run(_connected(nats_url, read))
    if as_json:
        session.echo_json([one.model_dump(mode="json") for one in found])
        return
    for one in found:
        typer.echo("\n".join(_told(one, where)))
    if not found:
        typer.echo(f"tenant {tenant} has no such comparisons")


def _told(one: ToolComparison, zone: tzinfo) -> list[str]:
    became = plain(one.problem) if one.problem else "equal" if one.equal else f"{one.total} differences"
    names = f"{one.external or '-'} ({one.rows_external} rows) and {one.internal or '-'} ({one.rows_internal} rows)"
    at = one.compared_at.astimezone(zone)
    lines = [f"{at:%Y-%m-%d %H:%M:%S}  {one.domain}  {names}: {became}  investigation {one.investigation_id}"]
    for found in one.differences[:_SHOWN_MAX]:
        values = {"external": found.external, "internal": found.internal}
        said = ", ".join(f"{side} {plain(value, 100)}" for side, value in values.items() if value)
        lines.append(f"    {found.kind:<14}{plain(found.path, 120)}: {said}")
    if one.total > _SHOWN_MAX:
        lines.append(f"    and {one.total - _SHOWN_MAX} more")
    return lines


async def _connected(nats_url: str | None, work: Callable[[Bus], Awaitable[ResultT]]) -> ResultT:
    bus = operator_bus(session.local_nats(DATA_DIR, nats_url))
    await bus.connect(session.CONNECT_S_MAX)
    try:
        return await work(bus)
    except Impossible as error:  # the gateway's own words are for people; what carried them is not
        raise InquestError(str(error).rpartition("Impossible: ")[2]) from error
    finally:
        await bus.close()
