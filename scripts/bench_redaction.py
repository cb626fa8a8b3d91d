"""How much of what is secret redaction finds, what else it hits, and how fast it is (docs/redaction.md).

Prints one flat JSON object last. `--missed` prints what was missed, and `--hits` what was hit on clean lines.
"""

import argparse
import gzip
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from inquest.contracts.redaction import Policy, Redactor

from scripts.redaction_corpus import Planted, corpus, fresh_corpus, third_corpus

ROOT = Path(__file__).resolve().parents[1]
PACKS = (ROOT / "packs", ROOT.parent / "shared" / "data" / "packs")
SETS = {"first": corpus, "fresh": fresh_corpus, "third": third_corpus}
_KEY = b"a key of the bench alone"
_PIECE_CHARS = 8
_JWT = "eyJ"  # a JSON Web Token, which one of the recorded systems logs: these lines are not clean
_LINES_MAX = 60_000
_LINES_A_PACK_MAX = 400
_ROUNDS = 5


def leaks(planted: Planted, redactor: Redactor) -> bool:
    """Say whether eight characters of the secret in a row, or all but two of a short one, are still there."""
    if planted.attribute:
        left = redactor.attributes({planted.attribute: planted.text})[planted.attribute]
    else:
        left = redactor.text(planted.text)
    size = min(_PIECE_CHARS, max(4, len(planted.secret) - 2))
    return any(planted.secret[at : at + size] in left for at in range(len(planted.secret) - size + 1))


def missed(drawn: Iterable[Planted], redactor: Redactor) -> tuple[int, list[Planted]]:
    """Return how many were drawn, and those that are not hidden."""
    planted = list(drawn)
    return len(planted), [one for one in planted if leaks(one, redactor)]


def clean_lines() -> list[str]:
    """Return log lines of systems that ran: those of the incident packs, some of each."""
    files = sorted(file for root in PACKS for file in root.rglob("logs.ndjson*"))
    return list(islice((line for file in files for line in _lines_of(file)), _LINES_MAX))


def _lines_of(file: Path) -> Iterator[str]:
    read = gzip.open if file.suffix == ".gz" else open
    with read(file, "rt", encoding="utf-8") as rows:
        for row in islice(rows, _LINES_A_PACK_MAX):
            if _JWT not in (message := str(json.loads(row)["message"])):
                yield message


def speed(lines: Sequence[str], redactor: Redactor) -> tuple[float, float]:
    """Return lines per second of one core, and how many times as long as copying them it takes; the best of a few.

    The thread's own time is taken, as other work on the machine says nothing about this.
    """
    took_s, copied_s = [], []
    for _ in range(_ROUNDS):
        started = time.thread_time()
        redactor.texts(lines)
        took_s.append(time.thread_time() - started)
        started = time.thread_time()
        "\n".join(lines).split("\n")
        copied_s.append(time.thread_time() - started)
    return len(lines) / min(took_s), min(took_s) / min(copied_s)


def redaction_figures(seed: int = 1) -> dict[str, float]:
    """Return the figures that `make bench-gateway` prints."""
    redactor = Redactor(Policy(key=_KEY))
    drawn = [missed(one(seed), redactor) for one in SETS.values()]
    planted, lost = sum(count for count, _ in drawn), sum(len(some) for _, some in drawn)
    lines = clean_lines()
    hits = sum(after != before for before, after in zip(lines, redactor.texts(lines), strict=True))
    per_s, ratio = speed(lines, redactor)
    return {
        "redaction_lines_per_s": round(per_s),
        "redaction_times_copying": round(ratio, 1),
        "redaction_recall": round(1 - lost / planted, 4),
        "redaction_planted": planted,
        "redaction_false_hits_per_line": round(hits / max(len(lines), 1), 6),
        "redaction_clean_lines": len(lines),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--missed", choices=tuple(SETS), help="print what is missed of a set")
    parser.add_argument("--hits", action="store_true", help="print the clean lines that are hit")
    given = parser.parse_args()
    redactor = Redactor(Policy(key=_KEY))
    if given.missed:
        count, lost = missed(SETS[given.missed](given.seed), redactor)
        for one in lost:
            print(one.family, repr(one.text[:200]), "->", repr(redactor.text(one.text)[:200]))
        print(f"{len(lost)} of {count} missed")
    if given.hits:
        for before, after in zip(lines := clean_lines(), redactor.texts(lines), strict=True):
            if before != after:
                print(repr(before[:300]), "->", repr(after[:300]))
    print(json.dumps(redaction_figures(given.seed)))


if __name__ == "__main__":
    main()
