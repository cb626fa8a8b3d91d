"""Streams as data (ADR 0004): what is kept, for how long, and why."""

from dataclasses import dataclass
from typing import Literal

Retention = Literal["limits", "work-queue"]
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream. `age_s_max` None keeps messages until they are archived and purged (truth) or acked (work)."""

    name: str
    subjects: tuple[str, ...]
    retention: Retention = "limits"
    age_s_max: float | None = None
    discard: Literal["old", "new"] = "old"
    duplicate_window_s: float = 120.0
    bytes_max: int = 1024**3
    atomic_batches: bool = False
    schedules: bool = False
    counters: bool = False
    why: str = ""


STREAMS: tuple[Stream, ...] = (
    Stream(
        "INGEST",
        ("ingest.>", "evt.delivery.>"),
        age_s_max=14 * DAY_S,
        why="raw deliveries, sealed; as outside producers sent them until intake has sealed them",
    ),
    Stream(
        "SIGNALS",
        ("evt.signal.>", "evt.change.>"),
        age_s_max=30 * DAY_S,
        why="normalised signals; changes by themselves",
    ),
    Stream("INCIDENTS", ("evt.incident.>",), age_s_max=90 * DAY_S, why="what correlation decided"),
    Stream(
        "ADMISSIONS", ("evt.admission.>",), age_s_max=90 * DAY_S, why="which incidents are investigated, and why not"
    ),
    Stream("INVESTIGATIONS", ("evt.investigation.>",), discard="new", why="truth: the aggregates"),
    Stream(
        "COMMANDS", ("cmd.investigation.>", "cmd.incident.>"), "work-queue", discard="new", why="what people ask for"
    ),
    Stream("STEPS", ("cmd.step.>",), "work-queue", discard="new", why="capability tasks"),
    Stream(
        "EVIDENCE",
        ("evt.evidence.>", "evt.step.>"),
        discard="new",
        atomic_batches=True,
        why="truth: a step's evidence and its outcome, one atomic batch",
    ),
    Stream("VERDICTS", ("evt.verdict.>",), discard="new", why="truth: verdicts and revisions"),
    Stream("TOOLCALLS", ("evt.tool.>",), age_s_max=30 * DAY_S, why="the record of every call"),
    Stream("NOTICES", ("cmd.notice.>",), "work-queue", discard="new", why="notices to send"),
    Stream("OUTCOMES", ("evt.notice.>",), age_s_max=90 * DAY_S, why="what became of notices"),
    Stream(
        "AUDIT",
        ("evt.audit.>",),
        discard="new",
        atomic_batches=True,
        why="who did what, when and why: chains of hashes",
    ),
    Stream(
        "CHECKPOINTS",
        ("evt.checkpoint.>",),
        age_s_max=365 * DAY_S,
        bytes_max=64 * 1024**2,
        why="how far each chain of AUDIT had come, kept apart",
    ),
    Stream("FEEDBACK", ("evt.feedback.>",), age_s_max=365 * DAY_S, why="what people said"),
    Stream(
        "TIMERS",
        ("timer.>", "evt.deadline.>"),
        schedules=True,
        why="deadlines kept by the server; no age limit, which would delete them unfired",
    ),
    Stream("BUDGETS", ("budget.>",), counters=True, why="calls and bytes reserved per investigation"),
    Stream("DEAD", ("dead.>",), age_s_max=90 * DAY_S, why="what could not be processed"),
    Stream(
        "ADVISORIES",
        ("$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>",),
        age_s_max=30 * DAY_S,
        why="poison that killed its process never reaches our own dead-letter path",
    ),
)

WORK_QUEUES: frozenset[str] = frozenset(row.name for row in STREAMS if row.retention == "work-queue")
"""Streams whose messages go when they are acked."""
