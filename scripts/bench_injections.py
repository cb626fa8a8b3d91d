"""How much of what instructs a model the gateway reports, and what it reports of clean log lines .

Prints one flat JSON object last. `--missed SET` prints what was missed, and `--hits` what was hit on clean lines.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable

from inquest.gateway.domain.injection import find_injections

from scripts.bench_redaction import clean_lines
from scripts.injection_corpus import SETS, Attempt, attempts
from scripts.injection_model import read

PLAIN = frozenset({"none", "capitals", "lower", "line-breaks", "double-spaces", "coloured", "zero-width", "marks"})
"""What a person would still read as it was meant, with a tool that shows text."""


def is_found(attempt: Attempt) -> bool:
    """Say whether something is reported of the fields that hold the attempt."""
    return bool(find_injections([("logs of checkout", text) for text in attempt.texts]))


def judged(name: str) -> tuple[Counter[str], Counter[str], list[Attempt]]:
    """Return how many were drawn and found of each disguise, and those that were missed."""
    drawn: Counter[str] = Counter()
    found: Counter[str] = Counter()
    missed = []
    for one in attempts(name):
        drawn[one.disguise] += 1
        if is_found(one):
            found[one.disguise] += 1
        else:
            missed.append(one)
    return drawn, found, missed


def hits(lines: Iterable[str]) -> list[str]:
    """Return the clean lines that are reported."""
    return [line for line in lines if find_injections([("logs", line)])]


def figures(name: str) -> dict[str, float]:
    """Return recall over all, over what can be read plainly, and by disguise."""
    drawn, found, _ = judged(name)
    plain = sum(found[one] for one in PLAIN) / sum(drawn[one] for one in PLAIN)
    told = {f"injection_recall_{name}": found.total() / drawn.total(), f"injection_recall_{name}_plain": plain}
    told |= {f"injection_recall_{name}_{one}": found[one] / count for one, count in sorted(drawn.items())}
    return {key: round(value, 4) for key, value in told.items()}


def unseen() -> dict[str, float]:
    """Return recall and false hits on lines to which neither rules nor weights were fitted."""
    orders, harmless = read("unseen_orders"), read("unseen_harmless")
    told = {"recall_unseen": len(hits(orders)) / len(orders), "false_hits_unseen": len(hits(harmless)) / len(harmless)}
    return {f"injection_{name}": round(value, 4) for name, value in told.items()}


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--missed", choices=sorted(SETS))
    parser.add_argument("--hits", action="store_true")
    asked = parser.parse_args()
    if asked.missed:
        for one in judged(asked.missed)[2]:
            print(f"{one.language} {one.disguise}: {one.texts!r}")
    lines = clean_lines()
    hit = hits(lines)
    if asked.hits:
        print("\n".join(hit))
    told: dict[str, float] = {"injections_drawn": sum(1 for name in SETS for _ in attempts(name))}
    for name in SETS:
        told |= figures(name)
    told |= unseen()
    told |= {"clean_lines": len(lines), "false_hits": len(hit), "false_hits_per_line": len(hit) / max(len(lines), 1)}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
