"""`inquest investigate`: packs through an embedded system, or live sources through the same."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any, TypeVar, get_args

import httpx
import typer
from pydantic import ValidationError

from inquest.api.domain.requests import BudgetBody
from inquest.cli import session
from inquest.cli.client import Api, explain
from inquest.cli.live import LiveView
from inquest.cli.outputs import print_story, write_outputs
from inquest.cli.scenario import Scenario, add_tenants, scenario, write_secret
from inquest.cli.system import System
from inquest.config import Config
from inquest.config.budget_text import budget_of
from inquest.config.budgets import levels_of, resolve
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import BudgetChoice, InvestigationStory, Mode, SavedBudgets
from inquest.packs import find_packs

PARALLEL_MAX = 4
POLL_S = 0.1
SLACK_S = 30.0
ENDED = frozenset({"concluded", "cancelled", "timed-out", "escalated"})

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Result:
    """One investigation's outcome."""

    story: InvestigationStory
    took_s: float


def investigate_packs(
    paths: list[Path],
    mode: str | None,
    budget: list[str],
    config_file: Path,
    out: Path,
    zone: str | None,
    *,
    as_json: bool,
) -> None:
    """Investigate recorded incidents and write their reports; exit status 0 when each was concluded."""
    scenarios, unusable = open_all(paths)
    if not scenarios:
        raise InquestError("\n".join(unusable))
    chosen = choice_of(budget)
    config = with_mode(session.read_config(config_file), mode or chosen.profile or "balanced")
    where = session.zone(zone)
    out.mkdir(parents=True, exist_ok=True)  # before the work, so that a folder that cannot be written costs none
    directory = Path(tempfile.mkdtemp(prefix="inquest-"))
    try:
        results, refused = session.run(
            _packs(scenarios, config, chosen, directory, quiet=as_json), directory / "inquest.log"
        )
        if not results:
            raise refused[0]
    except InquestError as error:
        raise InquestError(f"{error} (logs are kept in {_keep_logs(directory, out)})") from error
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    report(results, out, where, as_json=as_json)
    for reason in (*unusable, *refused):
        typer.echo(f"inquest: {reason}", err=True)
    if unusable or refused or any(result.story.summary.state != "concluded" for result in results):
        raise typer.Exit(1)


def open_all(paths: list[Path]) -> tuple[list[Scenario], list[str]]:
    """Open all packs, those below a folder too; returns them, and what is wrong with those that cannot be used."""
    scenarios, unusable = [], []
    for path in (pack for given in paths for pack in (_packs_below(given) or [given])):
        try:
            scenarios.append(scenario(path))
        except InquestError as error:
            unusable.append(str(error))
    return scenarios, unusable


def _packs_below(path: Path) -> list[Path]:
    is_pack = (path / "pack.yaml").exists() or (path / "signal.json").exists()
    return [] if is_pack or not path.is_dir() else find_packs(path)


def _keep_logs(directory: Path, out: Path) -> Path:
    kept = out / "failed"
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    for log in directory.rglob("*.log"):
        shutil.copy(log, kept)
    return kept


def report(results: list[Result], out: Path, zone: tzinfo, *, as_json: bool) -> None:
    """Write and print the outcome of each investigation."""
    documents = []
    for result in results:
        written = write_outputs(result.story, out, zone)
        documents.append(print_story(result.story, written, result.took_s, zone, as_json=as_json))
    if as_json:
        session.echo_json(documents[0] if len(documents) == 1 else documents)


def with_mode(config: Config, mode: str) -> Config:
    """Return the configuration with this mode for every tenant. Raises InquestError for an unknown one."""
    if mode in config.profiles:
        mode = config.profiles[mode].mode
    if mode not in get_args(Mode):
        raise InquestError(f"no mode {mode!r}; there are {', '.join(get_args(Mode))}")
    document = config.model_dump(mode="json", exclude_unset=True)
    for tenant in config.tenants:  # the default tenant too, which a file need not name
        document.setdefault("tenants", {}).setdefault(tenant, {})["mode"] = mode
    return Config.model_validate(document)


def choice_of(items: list[str]) -> BudgetChoice:
    """Return the budget of a run as it was written. Raises InquestError."""
    return BudgetBody.model_validate(budget_of(items)).choice()


def with_budget(config: Config, budget: BudgetChoice) -> Config:
    """Return the configuration with this budget for every tenant, in place of their own. Raises InquestError."""
    if budget == BudgetChoice():
        return config
    section: dict[str, Any] = budget.model_dump(exclude={"shares"}, exclude_none=True)
    for share in budget.shares:
        part = "capabilities" if share.scope == "capability" else "providers"
        section.setdefault(part, {})[share.name] = share.model_dump(exclude={"scope", "name"}, exclude_none=True)
    document = config.model_dump(mode="json", exclude_unset=True)
    for tenant in config.tenants:
        document.setdefault("tenants", {}).setdefault(tenant, {})["budget"] = section
    try:
        return Config.model_validate(document)
    except ValidationError as error:
        raise InquestError(f"--budget: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from error


async def _packs(
    scenarios: list[Scenario], config: Config, budget: BudgetChoice, directory: Path, *, quiet: bool
) -> tuple[list[Result], list[InquestError]]:
    secret_file = write_secret(directory, "webhook")
    mode = next(iter(config.tenants.values())).mode
    config = with_budget(with_mode(add_tenants(config, scenarios, secret_file), mode), budget)
    slots = asyncio.Semaphore(PARALLEL_MAX)
    started = time.monotonic()
    with LiveView(quiet=quiet) as view:
        view.say("starting nats-server and the services …")
        async with System(directory, config) as system:
            view.say(
                f"up after {time.monotonic() - started:.1f} s: {len(system.hosts)} services on {system.server.url}"
            )
            supervisor = asyncio.create_task(system.supervise())

            async def one(each: Scenario) -> Result:
                async with slots:
                    granted = resolve(config, each.tenant, levels_of(config, each.tenant, SavedBudgets(), ()), mode)
                    limit_s = granted.limits.duration_s_max + SLACK_S
                    return await deliver(system, each, secret_file.read_text(), view, limit_s)

            try:
                return await beside(supervisor, _all([one(each) for each in scenarios]))
            finally:
                supervisor.cancel()
                await asyncio.gather(supervisor, return_exceptions=True)


async def _all(work: list[Coroutine[Any, Any, Result]]) -> tuple[list[Result], list[InquestError]]:
    """Return what came of each: one pack that is refused or late does not cost the others."""
    done = await asyncio.gather(*work, return_exceptions=True)
    for one in done:
        if isinstance(one, BaseException) and not isinstance(one, InquestError):
            raise one
    return [one for one in done if isinstance(one, Result)], [one for one in done if isinstance(one, InquestError)]


async def beside(supervisor: asyncio.Task[None], work: Coroutine[Any, Any, ResultT]) -> ResultT:
    """Return what the work returns; when the system fails first, raise its error instead."""
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({supervisor, task}, return_when=asyncio.FIRST_COMPLETED)
        if supervisor.done():
            await supervisor
        return await task
    finally:
        task.cancel()


async def deliver(system: System, each: Scenario, secret: str, view: LiveView, limit_s: float) -> Result:
    """Send the page of a recorded incident and wait for the conclusion. Raises InquestError at the limit."""
    url = f"{system.url('intake')}/webhooks/{each.source}/{each.tenant}"
    label = each.pack.name
    started = time.monotonic()
    async with httpx.AsyncClient(timeout=limit_s) as http:
        reply = await http.post(url, content=each.body, headers=each.headers(secret))
    if reply.status_code != httpx.codes.ACCEPTED:
        raise InquestError(f"{each.pack}: intake refused its page with {reply.status_code}: {explain(reply)}")
    view.say(f"[{label}] signed {each.source} page accepted: {each.meta.title}")
    async with Api(system.url("api"), each.tenant) as api:
        story = await follow(api, None, label, view, limit_s)
    return Result(story, time.monotonic() - started)


async def follow(api: Api, investigation: str | None, label: str, view: LiveView, limit_s: float) -> InvestigationStory:
    """Show an investigation until it ends. None waits for the tenant's first. Raises InquestError at the limit."""
    story: InvestigationStory | None = None
    try:
        async with asyncio.timeout(limit_s):
            while story is None or not _complete(story):
                await asyncio.sleep(POLL_S)
                if investigation is None:
                    found = await api.list()
                    investigation = found[0]["investigation_id"] if found else None
                else:
                    story = await api.story(investigation)
                if story is not None:
                    view.show(label, story)
    except TimeoutError as error:
        state = story.summary.state if story else "not opened"
        raise InquestError(f"{label}: no conclusion within {limit_s:.0f} s; it is {state}") from error
    assert story is not None
    return story


def _complete(story: InvestigationStory) -> bool:
    """Ended, and what it concluded on has reached the trace store, which works off its streams independently."""
    if story.summary.state not in ENDED:
        return False
    concluded = [event.concluded for event in story.events if event.concluded is not None]
    if not concluded:
        return True
    verdicts = {verdict.verdict_id: verdict for verdict in story.verdicts}
    verdict = verdicts.get(concluded[-1].verdict_id)
    known = {one.evidence_id for one in story.evidence}
    return verdict is not None and known >= set(verdict.evidence_ids)
