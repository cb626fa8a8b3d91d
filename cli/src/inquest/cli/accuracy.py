"""`inquest bench accuracy`: how often the verdict is right, on packs whose cause is known."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any

import typer

from inquest.accuracy import calibration, engine, report, scale, weighing
from inquest.accuracy.answer import INQUEST, Answer
from inquest.accuracy.apart import Failed
from inquest.accuracy.baselines import METHODS as BASELINES
from inquest.accuracy.cases import Case, find_cases
from inquest.accuracy.compare import compare, read_run
from inquest.accuracy.explain import explain
from inquest.accuracy.judge import judge
from inquest.accuracy.summary import baseline_figures, summarise
from inquest.cli import session
from inquest.cli.accuracy_bus import answer_cases
from inquest.contracts.errors import InquestError
from inquest.packs import PackError

SETS_MIN = 3


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for beside the folders."""

    engine_only: bool = False
    baselines: bool = False
    explain: str | None = None
    compare: Path | None = None
    markdown: Path | None = None
    scale: bool = False
    parallel: int = engine.PROCESSES
    config: Path = Path("inquest.yaml")
    as_json: bool = False
    leave_one_out: bool = False


def accuracy(folders: list[Path], options: Options) -> None:
    """Measure every pack below the folders and print it; exit status 1 when a case came to no verdict."""
    if absent := [str(folder) for folder in folders if not folder.is_dir()]:
        raise InquestError(f"{', '.join(absent)}: not a folder")
    cases = find_cases(folders)
    if not cases:
        raise InquestError(f"no pack below {', '.join(map(str, folders))}: a pack is a folder with pack.yaml")
    if options.explain is not None:
        _explain(_named(cases, options.explain), options)
    else:
        _measure(cases, options)


def _measure(cases: Sequence[Case], options: Options) -> None:
    before = _saved(options.compare) if options.compare is not None else None
    answers = _answers(cases, options)
    try:
        rows_of = {
            method: judge({case: said[method] for case, said in answers.items()}) for method in _methods(options)
        }
    except PackError as error:
        raise InquestError(str(error)) from error
    rows, without = rows_of.pop(INQUEST)
    for case in without:
        typer.echo(f"{case.label}: no truth.yaml, so it is not scored", err=True)
    if not rows:
        raise InquestError("no pack has a truth.yaml: nothing can be scored")
    figures = summarise(rows)
    if rows_of:
        figures["baselines"] = baseline_figures({method: judged for method, (judged, _) in rows_of.items()})
    tables = report.tables_of(figures)
    if options.scale:
        costs = _costs(cases)
        figures["cost"] = [asdict(cost) for cost in costs]
        tables = [*tables, report.scale_table(costs)]
    if options.leave_one_out:
        left, carried = _left_out(cases, options)
        figures["weights_left_out"] = [asdict(one) for one in carried]
        tables = [*tables, calibration.calibration_table(left), weighing.weights_table(carried)]
    if options.markdown is not None:
        command = shlex.join(["inquest", *sys.argv[1:]])
        report.write_markdown(options.markdown, report.as_markdown(tables, command))
    if before is not None:
        compared = compare(figures["per_case"], before)
        figures["compared"] = asdict(compared)
        tables = [*tables, report.comparison_table(compared)]
    _print(figures, tables, as_json=options.as_json)
    if figures["all"]["errors"]:
        raise typer.Exit(1)


def _methods(options: Options) -> tuple[str, ...]:
    return (INQUEST, *BASELINES) if options.baselines else (INQUEST,)


def _answers(cases: Sequence[Case], options: Options) -> dict[Case, engine.Answers]:
    done = count(1)

    def show(case: Case, answer: Answer) -> None:
        first = answer.candidates[0].entity if answer.candidates else "nothing"
        said = answer.error or f"{first}, {answer.band} {answer.confidence:.2f}, {answer.ms:.0f} ms"
        typer.echo(f"[{next(done)}/{len(cases)}] {case.label}: {said}", err=True)

    if options.engine_only:
        return engine.answer_cases(
            cases, lambda case, said: show(case, said[INQUEST]), _methods(options), options.parallel
        )
    through_bus = answer_cases(cases, session.read_config(options.config), show, options.parallel)
    answers = {case: {INQUEST: answer} for case, answer in through_bus.items()}
    if options.baselines:
        beside = engine.answer_cases(cases, lambda *_: None, tuple(BASELINES), options.parallel)
        answers = {case: {**said, **beside[case]} for case, said in answers.items()}
    return answers


def _named(cases: Sequence[Case], name: str) -> list[Case]:
    found = [case for case in cases if name in {case.name, case.label}]
    if not found:
        raise InquestError(f"no case {name!r}; there are {', '.join(case.label for case in cases[:5])}, …")
    return found


def _explain(cases: Sequence[Case], options: Options) -> None:
    answers = _answers(cases, options)
    if options.as_json:
        session.echo_json({case.label: asdict(answers[case][INQUEST]) for case in cases})
        return
    for case in cases:
        typer.echo(explain(case.label, answers[case][INQUEST]))


def _costs(cases: Sequence[Case]) -> list[scale.Cost]:
    def show(cost: scale.Cost) -> None:
        typer.echo(f"{cost.case} {cost.factor}x: {cost.ms:.0f} ms", err=True)

    try:
        return scale.measure(cases, show)
    except Failed as failure:
        raise InquestError(str(failure)) from failure


def _left_out(cases: Sequence[Case], options: Options) -> tuple[list[calibration.LeftOut], list[weighing.Carried]]:
    if len({case.set_name for case in cases}) < SETS_MIN:
        raise InquestError("to leave a set out, two other sets or more must be there")

    def show(name: str) -> None:
        typer.echo(f"{name}: weights fitted on the other sets", err=True)

    try:
        left = calibration.leave_one_out(calibration.gather(cases, options.parallel))
    except Failed as failure:
        raise InquestError(str(failure)) from failure
    return left, weighing.weigh(cases, options.parallel, show)


def _saved(path: Path) -> Sequence[Mapping[str, Any]]:
    try:
        return read_run(path)
    except ValueError as error:
        raise InquestError(str(error)) from error


def _print(document: Any, tables: Sequence[report.Table], *, as_json: bool) -> None:
    if as_json:
        session.echo_json(document)
    else:
        typer.echo(report.as_text(tables), nl=False)
