"""What is different between the answer that people have and the one that they get. Pure."""

from collections.abc import Iterator, Sequence

from inquest.contracts.latest import Cause, Verdict

NAMES_MAX = 8


def changes(before: Verdict, now: Verdict) -> tuple[str, ...]:
    """Return one sentence for each thing that people would act upon differently."""
    return tuple(_changes(before, now))


def _changes(before: Verdict, now: Verdict) -> Iterator[str]:
    old, new = _cause(before), _cause(now)
    if old != new:
        yield f"cause: was {_said(old)}, is now {_said(new)}"
    if before.band != now.band:
        yield f"confidence: was {before.band} ({before.confidence:.2f}), is now {now.band} ({now.confidence:.2f})"
    if before.first_failing_service != now.first_failing_service:
        was, is_now = before.first_failing_service or "none", now.first_failing_service or "none"
        yield f"first failing service: was {was}, is now {is_now}"
    if before.remediation != now.remediation:
        yield f"remedy: was {before.remediation}, is now {now.remediation}"
    if more := [name for name in now.blast_radius if name not in before.blast_radius]:
        yield f"also affected: {_names(more)}"
    if less := [name for name in before.blast_radius if name not in now.blast_radius]:
        yield f"no longer thought affected: {_names(less)}"


def _cause(verdict: Verdict) -> Cause | None:
    return verdict.hypotheses[0].cause if verdict.hypotheses else None


def _said(cause: Cause | None) -> str:
    if cause is None:
        return "none"
    return f"{cause.kind} of {cause.entity}" + (f" ({cause.change_ref})" if cause.change_ref else "")


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMES_MAX} more" if len(names) > NAMES_MAX else ""
    return ", ".join(names[:NAMES_MAX]) + more
