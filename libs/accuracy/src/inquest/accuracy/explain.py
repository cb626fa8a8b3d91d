"""How each candidate of one case got its score."""

from collections.abc import Iterator

from inquest.accuracy.answer import Answer, Candidate

CANDIDATES_MAX = 10


def explain(label: str, answer: Answer) -> str:
    """Return the candidates, best first, each with what speaks for it and against it in log-odds."""
    return "\n".join(_lines(label, answer)) + "\n"


def _lines(label: str, answer: Answer) -> Iterator[str]:
    yield f"{label}: {answer.error or answer.band}"
    for place, one in enumerate(answer.candidates[:CANDIDATES_MAX], start=1):
        yield ""
        yield f"{place}. {one.entity}, change {one.change}: score {one.score:+.2f}, confidence {one.confidence:.2f}"
        if one.mechanism:
            yield f"   {one.mechanism}"
        yield from _parts(one)
    if (left := len(answer.candidates) - CANDIDATES_MAX) > 0:
        yield f"\n… and {left} more."


def _parts(one: Candidate) -> Iterator[str]:
    for part in sorted(one.parts, key=lambda part: (-abs(part.log_odds), part.name)):
        yield f"   {part.log_odds:+6.2f}  {part.name:<12} {part.why}".rstrip()
