"""Recorded incidents through the running system, page to conclusion, a batch of them to one system."""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from inquest.accuracy.answer import NO_CHANGE, Answer, Candidate, Part
from inquest.accuracy.cases import Case
from inquest.accuracy.engine import peak_rss_mb
from inquest.cli import session
from inquest.cli.investigate import SLACK_S, beside, deliver
from inquest.cli.live import LiveView
from inquest.cli.scenario import Scenario, add_tenants, scenario, write_secret
from inquest.cli.system import System
from inquest.config import Config
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import Hypothesis, InvestigationStory, Verdict

# A system keeps what it has seen, so that memory grows with the cases; a fresh one starts in about a second.
CASES_PER_SYSTEM = 16

OnAnswer = Callable[[Case, Answer], None]


def answer_cases(cases: Sequence[Case], config: Config, on_answer: OnAnswer, parallel: int) -> dict[Case, Answer]:
    """Answer all cases, `parallel` at a time; a case that fails has an answer with `error`."""
    found: dict[Case, Answer] = {}

    def note(case: Case, answer: Answer) -> None:
        found[case] = answer
        on_answer(case, answer)

    for first in range(0, len(cases), CASES_PER_SYSTEM):
        with tempfile.TemporaryDirectory(prefix="inquest-") as folder:
            work = _batch(cases[first : first + CASES_PER_SYSTEM], config, Path(folder), note, parallel)
            session.run(work, Path(folder) / "inquest.log")
    return found


async def _batch(cases: Sequence[Case], base: Config, directory: Path, note: OnAnswer, parallel: int) -> None:
    ready: dict[Case, Scenario] = {}
    for case in cases:
        try:
            ready[case] = scenario(case.path)
        except InquestError as error:
            note(case, Answer(error=str(error)))
    secret_file = write_secret(directory, "webhook")
    config = add_tenants(base, list(ready.values()), secret_file)
    slots = asyncio.Semaphore(parallel)
    with LiveView(quiet=True) as view:
        async with System(directory, config) as system:
            supervisor = asyncio.create_task(system.supervise())

            async def one(case: Case, each: Scenario) -> None:
                limit_s = config.mode(config.tenants[each.tenant].mode).limits.duration_s_max + SLACK_S
                async with slots:
                    try:
                        result = await deliver(system, each, secret_file.read_text(), view, limit_s)
                        answer = answer_of(result.story, result.took_s)
                    except InquestError as error:
                        answer = Answer(error=str(error))
                note(case, answer)

            async def every() -> None:
                await asyncio.gather(*(one(case, each) for case, each in ready.items()))

            try:
                await beside(supervisor, every())
            finally:
                supervisor.cancel()
                await asyncio.gather(supervisor, return_exceptions=True)


def answer_of(story: InvestigationStory, took_s: float) -> Answer:
    """Return what an investigation concluded; without a conclusion the answer is an error."""
    verdict = _concluded(story)
    if verdict is None:
        return Answer(error=f"{story.summary.state}, without a verdict", ms=took_s * 1000)
    candidates = tuple(_candidate(one) for one in verdict.hypotheses)
    return Answer(candidates, verdict.band, took_s * 1000, rss_mb=peak_rss_mb())


def _concluded(story: InvestigationStory) -> Verdict | None:
    chosen = [event.concluded.verdict_id for event in story.events if event.concluded is not None]
    return next((one for one in story.verdicts if chosen and one.verdict_id == chosen[-1]), None)


def _candidate(one: Hypothesis) -> Candidate:
    parts = tuple(Part(name, value) for name, value in one.contributions.items())
    return Candidate(one.cause.entity, one.cause.change_ref or NO_CHANGE, one.confidence, one.mechanism, parts)
