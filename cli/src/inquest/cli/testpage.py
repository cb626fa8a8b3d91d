"""`inquest test-page`: a signed page through the real webhook to the notices, step by step; it resolves itself."""

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx
import typer

from inquest.cli.client import Api, explain, find_api
from inquest.cli.operator_bus import operator_bus
from inquest.cli.session import CONNECT_S_MAX, echo_json, local_nats, read_config, run
from inquest.cli.testpage_payloads import BODIES, Trial, credentials
from inquest.config import Config, ConfigStore, TenantConfig
from inquest.config.secrets import resolve
from inquest.config.sources import SourceConfig
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import InvestigationStory, NoticeSent
from inquest.contracts.text import plain
from inquest.contracts.topology import CONFIG
from inquest.contracts.v1.controls import TEST_HEADER

DATA_DIR = Path("var")
POLL_S = 0.3
HTTP_S_MAX = 15.0
ID_BYTES = 4
_FINE = {"sent", "recorded"}


@dataclass(frozen=True, slots=True)
class Target:
    """What to send the page to; None: what `inquest up` started here."""

    tenant: str
    source: str | None
    config_file: Path
    nats_url: str | None
    api_url: str | None
    intake_url: str | None


@dataclass(slots=True)
class Report:
    """What worked, in order. `ok` is None for what is neither good nor bad."""

    quiet: bool
    steps: list[dict[str, Any]] = field(default_factory=list)

    def say(self, step: str, text: str, *, ok: bool | None = True) -> None:
        """Add a step, and print it."""
        self.steps.append({"step": step, "ok": ok, "text": text})
        if not self.quiet:
            mark = {True: "ok", False: "FAILED", None: "-"}[ok]
            typer.echo(f"{mark:<7} {step:<14} {plain(text)}")


def send(target: Target, wait_s: float, *, as_json: bool) -> None:
    """Send the page and tell what became of it; exit status 1 when a step failed."""
    report = Report(quiet=as_json)
    test = Trial(secrets.token_hex(ID_BYTES))
    run(_send(target, test, report, wait_s))
    if as_json:
        echo_json({"test": asdict(test)["id"], "steps": report.steps})
    raise typer.Exit(1 if any(step["ok"] is False for step in report.steps) else 0)


async def _send(target: Target, test: Trial, report: Report, wait_s: float) -> None:
    config, where = await _configuration(target)
    tenant = config.tenant(target.tenant)
    source = _source(tenant, target)
    report.say("configuration", f"{where}: tenant {target.tenant}, source {source.kind}, test {test.id}")
    url = f"{target.intake_url or _local('intake')}/webhooks/{source.kind}/{target.tenant}"
    async with httpx.AsyncClient(timeout=HTTP_S_MAX) as http, Api(find_api(target.api_url), target.tenant) as api:
        if not await _deliver(http, url, source, test, report, over=False):
            return
        try:
            await _follow(api, tenant, test, report, wait_s)
        finally:
            # Also when a step failed or somebody pressed Ctrl-C: a test leaves nothing open.
            await asyncio.shield(_deliver(http, url, source, test, report, over=True))


async def _configuration(target: Target) -> tuple[Config, str]:
    """Return the applied configuration where a bus is at hand, else the file."""
    with suppress(InquestError):
        bus = operator_bus(local_nats(DATA_DIR, target.nats_url))
        await bus.connect(CONNECT_S_MAX)
        try:
            revision = await ConfigStore(bus.kv(CONFIG)).current()
        finally:
            await bus.close()
        return revision.config, f"revision {revision.number}"
    return read_config(target.config_file), str(target.config_file)


def _source(tenant: TenantConfig, target: Target) -> SourceConfig:
    able = [source for source in tenant.sources if source.kind in BODIES and source.mapping is None]
    found = next((source for source in able if target.source in (None, source.kind)), None)
    if found is None:
        wanted = target.source or "a source"
        raise InquestError(
            f"tenant {target.tenant} has no {wanted} that a test page can be sent through: "
            f"there are {', '.join(source.kind for source in tenant.sources) or 'none'}, able are {', '.join(BODIES)}"
        )
    return found


def _local(name: str) -> str:
    with suppress(OSError, ValueError, KeyError):
        return str(json.loads((DATA_DIR / "run" / "system.json").read_text())[name])
    raise InquestError(f"no running system found here: start one with `inquest up`, or give --{name}-url")


async def _deliver(
    http: httpx.AsyncClient, url: str, source: SourceConfig, test: Trial, report: Report, *, over: bool
) -> bool:
    step = "resolved" if over else "page"
    body = json.dumps(BODIES[source.kind](test, over=over)).encode()
    secret = resolve(source.secret[0]) if source.secret else ""
    headers = {"Content-Type": "application/json", TEST_HEADER: test.id, **credentials(source, secret, body)}
    started = time.monotonic()
    try:
        reply = await http.post(url, content=body, headers=headers)
    except httpx.HTTPError as error:
        report.say(step, f"{url} does not answer: {error or type(error).__name__}", ok=False)
        return False
    took_ms = (time.monotonic() - started) * 1000
    is_kept = reply.status_code == httpx.codes.ACCEPTED
    said = "kept" if is_kept else explain(reply)
    report.say(step, f"POST {url} answered {reply.status_code} after {took_ms:.0f} ms: {said}", ok=is_kept)
    return is_kept


async def _follow(api: Api, tenant: TenantConfig, test: Trial, report: Report, wait_s: float) -> None:
    expected = {channel.id for channel in tenant.channels}
    deadline = time.monotonic() + wait_s
    story = await _until(lambda: _story(api, test), deadline)
    if story is None:
        report.say("investigation", f"none within {wait_s:.0f} s; `inquest incidents` says what it waits for", ok=False)
        return
    summary = story.summary
    report.say("signal", f"{len(story.signals)} kept, services {', '.join(summary.services)}")
    report.say("investigation", f"{summary.investigation_id} of incident {summary.incident_id}")

    async def told() -> InvestigationStory | None:
        now = await api.story(summary.investigation_id)
        has_all = now is not None and expected <= {notice.channel for notice in now.notices if _is_last(notice)}
        return now if has_all else None

    final = await _until(told, deadline) or await api.story(summary.investigation_id) or story
    verdict = final.verdicts[-1] if final.verdicts else None
    says = f"{verdict.band}: {verdict.headline}" if verdict else "no verdict"
    report.say("verdict", f"{final.summary.state}, {says}", ok=final.summary.state == "concluded")
    _tell_notices(tenant, final, report)


def _tell_notices(tenant: TenantConfig, story: InvestigationStory, report: Report) -> None:
    by_channel = {notice.channel: notice for notice in story.notices}
    for channel in tenant.channels:
        notice = by_channel.get(channel.id)
        if notice is None:
            report.say(f"-> {channel.id}", "no notice yet; its channel may be away, see `inquest notices`", ok=False)
            continue
        became = {"shadow": "shadow: rendered, not sent (live: false)"}.get(notice.held_by, notice.outcome)
        reason = f": {notice.reason}" if notice.reason and notice.held_by != "shadow" else ""
        ok = None if notice.held_by else notice.outcome in _FINE
        report.say(f"-> {channel.id}", f"{became}{reason} (`inquest notices {notice.notice_id}`)", ok=ok)


def _is_last(notice: NoticeSent) -> bool:
    return notice.kind == "test"


async def _story(api: Api, test: Trial) -> InvestigationStory | None:
    for summary in await api.list():
        if test.id in summary["title"]:
            story = await api.story(summary["investigation_id"])
            return story if story is not None and story.signals else None
    return None


async def _until(
    look: Callable[[], Awaitable[InvestigationStory | None]], deadline: float
) -> InvestigationStory | None:
    while True:
        found = await look()
        if found is not None or time.monotonic() >= deadline:
            return found
        await asyncio.sleep(POLL_S)
