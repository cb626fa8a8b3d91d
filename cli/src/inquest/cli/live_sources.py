"""`inquest investigate --service`: a service and a stretch of time, on the configured live sources."""

import asyncio
import re
import shutil
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import typer

from inquest.cli import session
from inquest.cli.client import Api, find_api
from inquest.cli.investigate import SLACK_S, Result, beside, choice_of, follow, report, with_mode
from inquest.cli.live import LiveView
from inquest.cli.system import System
from inquest.config import Config
from inquest.config.budget_text import budget_of
from inquest.contracts.capabilities import CAPABILITIES
from inquest.contracts.errors import InquestError

_RELATIVE = re.compile(r"^-(\d{1,6})([smhd])$")
_SKEW = timedelta(seconds=5)  # between the clock here and that of the planner
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an investigation may ask of live sources. `calls_max` counts all rounds; retries come on top."""

    served: tuple[str, ...]
    unserved: tuple[str, ...]
    calls_per_round: int
    calls_max: int

    def __str__(self) -> str:
        """Say it in one line."""
        missing = f"; no provider for {', '.join(self.unserved)}" if self.unserved else ""
        return (
            f"about {self.calls_per_round} calls a round, at most {self.calls_max}, "
            f"to {', '.join(self.served) or 'nothing'}{missing}"
        )


def estimate(config: Config, tenant: str, mode: str) -> Estimate:
    """Count the calls: one for each domain of each capability of the mode that a provider serves."""
    settings = config.mode(mode)  # type: ignore[arg-type] # checked by with_mode
    limits = config.limits(tenant, mode)  # type: ignore[arg-type] # checked by with_mode
    offered = {domain for provider in config.tenant(tenant).providers for domain in provider.domains}
    wanted = [d for c in CAPABILITIES if c.capability_id in settings.capabilities for d in c.domains]
    served = [domain for domain in wanted if domain in offered]
    total = min(len(served) * limits.rounds_max, limits.calls_max)
    unserved = tuple(sorted(set(wanted) - set(served)))
    return Estimate(tuple(sorted(set(served))), unserved, len(served), total)


def moment(text: str, now: datetime) -> datetime:
    """Return a time from RFC 3339 (without a zone: UTC) or `-30m` before now. Raises InquestError."""
    if match := _RELATIVE.match(text):
        return now - timedelta(**{_UNITS[match[2]]: int(match[1])})
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise InquestError(f"{text!r} is no time: write 2026-01-31T14:00:00Z, or -30m for 30 minutes ago") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def investigate_live(
    services: list[str],
    start: str | None,
    end: str | None,
    mode: str | None,
    budget: list[str],
    tenant: str,
    config_file: Path,
    out: Path,
    zone: str | None,
    *,
    yes: bool,
    as_json: bool,
) -> None:
    """Say what it will cost, ask, then investigate."""
    now = datetime.now(UTC)
    window = (moment(start or "-30m", now), moment(end or "-0m", now))
    if window[0] >= window[1]:
        raise InquestError(f"--from {window[0].isoformat()} is not before --to {window[1].isoformat()}")
    chosen = choice_of(budget)
    likely = mode or chosen.profile or "balanced"
    config = with_mode(session.read_config(config_file), likely)
    guess = estimate(config, tenant, config.tenant(tenant).mode)
    if chosen.calls_max and chosen.calls_max < guess.calls_max:
        guess = replace(guess, calls_max=chosen.calls_max)
    if not guess.served:
        raise InquestError(f"tenant {tenant} has no provider in {config_file}: see `inquest init` and `inquest doctor`")
    typer.echo(f"This will make {guess}.", err=True)
    if not yes and not as_json:
        typer.confirm("Go on?", abort=True, default=True, err=True)
    body: dict[str, object] = {
        "services": services,
        "from": window[0].isoformat(),
        "to": window[1].isoformat(),
    }
    body |= {"mode": mode} if mode else {}
    body |= {"budget": budget_of(budget)} if budget else {}
    directory = Path(tempfile.mkdtemp(prefix="inquest-"))
    try:
        work = _ask(body, config, tenant, directory, quiet=as_json)
        result = session.run(work, directory / "inquest.log")
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    report([result], out, session.zone(zone), as_json=as_json)
    if result.story.summary.state != "concluded":
        raise typer.Exit(1)


async def _ask(body: dict[str, object], config: Config, tenant: str, directory: Path, *, quiet: bool) -> Result:
    with LiveView(quiet=quiet) as view:
        try:
            url = find_api(None)
        except InquestError:
            view.say("starting nats-server and the services …")
        else:
            view.say(f"asking the running system at {url}")
            return await _follow(url, body, tenant, view)
        async with System(directory, config) as system:
            supervisor = asyncio.create_task(system.supervise())
            try:
                return await beside(supervisor, _follow(system.url("api"), body, tenant, view))
            finally:
                supervisor.cancel()
                await asyncio.gather(supervisor, return_exceptions=True)


def told_before(opened_at: datetime, asked_at: datetime) -> str:
    """Say that an answer is not new, and nothing where it is: the same services, window and mode are looked at once."""
    if opened_at >= asked_at - _SKEW:
        return ""
    return (
        f"the same was asked before: this is the answer of {opened_at:%Y-%m-%d %H:%M:%S} UTC, nothing was read anew;"
        " another --from or --to asks again"
    )


async def _follow(url: str, body: dict[str, object], tenant: str, view: LiveView) -> Result:
    started = time.monotonic()
    async with Api(url, tenant) as api:
        asked = {name: body[name] for name in ("services", "mode", "budget") if name in body}
        granted = await api.ask("POST", "/v1/budgets/explain", asked)
        limit_s = granted["limits"]["duration_s_max"] + SLACK_S
        asked_at = datetime.now(UTC)
        investigation = await api.start(body)
        label = ",".join(str(name) for name in body["services"]) if isinstance(body["services"], list) else tenant
        story = await follow(api, investigation, label, view, limit_s)
        if note := told_before(story.summary.opened_at, asked_at):
            view.say(note)
    return Result(story, time.monotonic() - started)
