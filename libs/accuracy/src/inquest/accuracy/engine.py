"""The engine alone, and what it is measured against, on the tables of a pack."""

import resource
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace

from inquest.accuracy import baselines
from inquest.accuracy.answer import INQUEST, NO_CHANGE, Answer, Candidate, Part
from inquest.accuracy.apart import Failed, run_apart
from inquest.accuracy.cases import Case
from inquest.accuracy.tables import target_of, telemetry_of
from inquest.packs import open_pack
from inquest.rca.cause import Cause
from inquest.rca.engine import Telemetry, investigate
from inquest.rca.tables import Target

PROCESSES = 2
KB_PER_MB = 1024.0

Method = Callable[[Telemetry, Target], Answer]
Answers = dict[str, Answer]
"""By name of the method."""


def ask_engine(telemetry: Telemetry, target: Target) -> Answer:
    """Run the engine."""
    ranking = investigate(telemetry, target).ranking
    return Answer(tuple(_candidate(cause) for cause in ranking.causes), ranking.band)


def _candidate(cause: Cause) -> Candidate:
    parts = tuple(Part(term.name, term.log_odds, term.why) for term in cause.contributions)
    return Candidate(cause.entity, cause.change_ref or NO_CHANGE, cause.confidence, cause.mechanism, parts)


METHODS: Mapping[str, Method] = {INQUEST: ask_engine, **baselines.METHODS}


def answer_case(case: Case, methods: Sequence[str] = (INQUEST,)) -> Answers:
    """Read the pack and ask each method, in this process. Raises PackError."""
    began = time.perf_counter()
    pack = open_pack(case.path)
    telemetry, target = telemetry_of(pack), target_of(pack.signal)
    read_ms = _ms_since(began)
    answers = {}
    for name in methods:
        began = time.perf_counter()
        said = METHODS[name](telemetry, target)
        answers[name] = replace(said, ms=_ms_since(began), read_ms=read_ms, rss_mb=peak_rss_mb())
    return answers


def answer_cases(
    cases: Sequence[Case],
    on_answers: Callable[[Case, Answers], None],
    methods: Sequence[str] = (INQUEST,),
    processes: int = PROCESSES,
) -> dict[Case, Answers]:
    """Answer all cases, `processes` at a time, each in a process of its own; a failure is an answer with `error`."""
    found: dict[Case, Answers] = {}
    with ThreadPoolExecutor(processes) as pool:
        running = {pool.submit(_apart, case, methods): case for case in cases}
        for future in as_completed(running):
            case = running[future]
            found[case] = future.result()
            on_answers(case, found[case])
    return found


def _apart(case: Case, methods: Sequence[str]) -> Answers:
    try:
        return run_apart(answer_case, case, tuple(methods))
    except Failed as failure:
        return dict.fromkeys(methods, Answer(error=str(failure)))


def peak_rss_mb() -> float:
    """Return the peak resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KB_PER_MB


def _ms_since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
