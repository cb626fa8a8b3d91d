"""Shows an investigation as it happens: a line per step, and a bar while evidence comes in."""

import sys
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from inquest.contracts.latest import InvestigationStory, StepFinished
from inquest.contracts.text import plain

TICKS = {"succeeded": "✓", "partial": "~", "failed": "✗"}
TEXT_CHARS_MAX = 110


@dataclass(slots=True)
class _Shown:
    steps: set[str] = field(default_factory=set)
    events: int = 0
    bar: TaskID | None = None


class LiveView:
    """Prints what is new in each story it is given; one bar per investigation where the output is a terminal."""

    def __init__(self, *, quiet: bool) -> None:
        self._console = Console(file=sys.stderr, highlight=False, soft_wrap=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TextColumn("{task.completed}/{task.total} steps, {task.fields[evidence]} findings"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=quiet or not self._console.is_terminal,
        )
        self._quiet = quiet
        self._shown: dict[str, _Shown] = {}

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Leave the terminal as it was."""
        self._progress.stop()

    def say(self, text: str) -> None:
        """Print one line."""
        if not self._quiet:
            self._progress.console.print(text, markup=False)

    def show(self, label: str, story: InvestigationStory) -> None:
        """Print what is new since the last time."""
        key = story.summary.investigation_id
        shown = self._shown.setdefault(key, _Shown())
        if shown.bar is None:
            shown.bar = self._progress.add_task(label, total=None, evidence=0)
        for step in story.steps:
            if step.step_id not in shown.steps:
                shown.steps.add(step.step_id)
                self.say(_step_line(label, step, story))
        for event in story.events[shown.events :]:
            if event.round_closed is not None and event.round_closed.round > 1:
                self.say(f"[{label}] round {event.round_closed.round} closed: {event.round_closed.reason}")
        shown.events = len(story.events)
        planned = sum(1 for event in story.events if event.step_planned is not None)
        self._progress.update(shown.bar, total=planned, completed=len(story.steps), evidence=len(story.evidence))


def _step_line(label: str, step: StepFinished, story: InvestigationStory) -> str:
    # By the ids that the step listed: what two rounds find alike is one evidence, kept under its first step.
    listed = frozenset(step.evidence_ids)
    found = [one for one in story.evidence if one.evidence_id in listed]
    best = max(found, key=lambda one: one.strength, default=None)
    text = best.statement if best else step.reason or "nothing unusual"
    if len(text) > TEXT_CHARS_MAX:
        text = text[: TEXT_CHARS_MAX - 1] + "…"
    return (
        f"[{label}] {TICKS[step.status]} {step.capability:<25}{step.wall_ms / 1000:6.2f} s  "
        f"{len(listed):>3} findings  {plain(text)}"
    )
