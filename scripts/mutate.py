"""Mutation score of failure, verification and gate paths: breaks them on purpose and counts what the tests notice.

    make mutate                                              what .ci/run does: a fixed sample of each file's mutants
    .venv/bin/python -m scripts.mutate rules retry           only files whose path contains one of the words
    .venv/bin/python -m scripts.mutate --most 999 rules      all mutants of a file

Prints a line for each file (mutants, killed, score) and below it the mutants that survived; fails when a file scores
below SCORE_MIN. A mutant is killed when its tests fail or take too long. A survivor asks a question: which behaviour
would be wrong, and who would notice? Answer with a test of that behaviour; where nobody could tell, let it survive.

To add a file, name it in TARGETS with the tests that speak for it. The mutants are mutmut's; its runner is not used,
because it needs a copy of one package, and here many distributions share a namespace.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.mutate_make import Mutant, mutants
from scripts.mutate_run import NOT_IMPORTED, Job, Outcome, preload, run_all

ROOT = Path(__file__).parent.parent
SCORE_MIN = 50.0  # per cent
MUTANTS_MAX = 20  # of each file
TIMEOUT_S = 120.0  # for the tests as they are
TIMEOUT_S_MIN = 8.0  # for a mutant
TIMEOUT_FACTOR = 5.0  # a mutant may take this many times as long
PRELOADED_FIRST = (
    "_hypothesis_pytestplugin",
    "faststream.nats",
    "httpx",
    "hypothesis.internal.conjecture.engine",
    "inquest.contracts.codec",
    "inquest.contracts.latest",
    "pytest_asyncio.plugin",
    "pytest_timeout",
)
PRELOADED = (*PRELOADED_FIRST, "inquest.config")
PRELOADED_LATER = (*PRELOADED, "inquest.testkit.fixtures")
# Folder, modules and tests of what loses an investigation, accepts a wrong verdict or leaks a secret when it is wrong.
TARGETS = (  # what is preloaded for the others imports the first three
    ("contracts/src/inquest/contracts/redaction", "rules redactor people shapes", "tests/unit/redaction"),
    (
        "libs/config/src/inquest/config/policies",
        "asked prepared text",
        "tests/unit/policy/test_policy_decisions.py tests/unit/policy/test_policy_check.py",
    ),
    ("libs/bus/src/inquest/bus", "settle", "tests/unit/bus"),
    ("libs/ledger/src/inquest/ledger", "rules", "tests/unit/ledger"),
    ("libs/rca/src/inquest/rca", "confidence", "tests/unit/rca/test_rca_bands.py tests/unit/rca/test_rca_gate.py"),
    (
        "services/gateway/src/inquest/gateway/domain",
        "journal resolver retry",
        "tests/unit/gateway/test_gateway_decisions.py tests/unit/gateway/test_gateway_reader.py",
    ),
    (
        "services/gateway/src/inquest/gateway/domain",
        "approvals judgement",
        "tests/unit/policy/test_policy_approvals.py",
    ),
    ("services/gateway/src/inquest/gateway", "journal", "tests/wiring/gateway/test_gateway_journal.py"),
    ("services/intake/src/inquest/intake/domain", "signature", "tests/unit/intake/test_intake_signature.py"),
    (
        "services/intake/src/inquest/intake/domain/correlation",
        "fold links people spots",
        (
            "tests/unit/intake/test_correlation_links.py tests/unit/intake/test_correlation_lives.py"
            " tests/unit/intake/test_correlation_people.py"
        ),
    ),
    ("services/notifier/src/inquest/notifier/domain", "claim decide", "tests/unit/notifier tests/wiring/notifier"),
    ("services/planner/src/inquest/planner/domain", "decide state admission budgets rulings", "tests/unit/planner"),
    ("services/verifier/src/inquest/verifier/domain", "case conflicts findings fold ledger", "tests/unit/verifier"),
)


@dataclass(frozen=True, slots=True)
class Target:
    """A file to mutate, and the files or folders of its tests."""

    path: Path
    tests: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name it is imported by."""
        parts = self.path.with_suffix("").parts
        return ".".join(parts[parts.index("src") + 1 :])


class Untested(Exception):
    """Mutants of a file would tell nothing: its tests fail without any, or do not import it."""


@dataclass(frozen=True, slots=True)
class Score:
    """How many mutants of a file were run, and which of them no test noticed."""

    mutants: int
    survivors: list[Mutant]

    @property
    def killed(self) -> int:
        """How many were noticed."""
        return self.mutants - len(self.survivors)

    @property
    def percent(self) -> float:
        """The share that was noticed; nothing, when no test enters the file."""
        return 100 * self.killed / max(1, self.mutants)


def targets(words: Sequence[str] = ()) -> list[Target]:
    """Return what is mutated: all, or those whose path contains one of the words."""
    found = [
        Target(ROOT / folder / f"{module}.py", tuple(str(ROOT / one) for one in tests.split()))
        for folder, modules, tests in TARGETS
        for module in modules.split()
    ]
    return [one for one in found if not words or any(word in str(one.path.relative_to(ROOT)) for word in words)]


def measure(target: Target, most: int) -> Score:
    """Run the tests on the file as it is, then those that enter it on each of at most `most` mutants."""
    source = target.path.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as directory:
        reached = Path(directory) / "reached.json"
        (outcome,) = run_all([Job(target.name, target.path, source, target.tests, TIMEOUT_S, reached)])
        _must_pass(target, outcome)
        tests = tuple(json.loads(reached.read_text()))
    timeout_s = max(TIMEOUT_S_MIN, TIMEOUT_FACTOR * outcome.seconds)
    made = mutants(source, most) if tests else []
    sources = [source, *(mutant.source for mutant in made)]
    again, *outcomes = run_all([Job(target.name, target.path, one, tests, timeout_s) for one in sources])
    _must_pass(target, again)  # else the chosen tests would seem to notice everything
    return Score(len(made), [mutant for mutant, outcome in zip(made, outcomes, strict=True) if outcome.status == 0])


def _shared_by(target: Target) -> Sequence[str]:
    """Return what may be imported before the target is mutated."""
    if target.name.startswith(("inquest.contracts", "inquest.config")):
        return PRELOADED_FIRST
    return PRELOADED if target.name.startswith("inquest.bus") else PRELOADED_LATER


def _must_pass(target: Target, outcome: Outcome) -> None:
    if outcome.status:
        why = "do not import it" if outcome.status == NOT_IMPORTED else f"fail already (status {outcome.status})"
        raise Untested(f"{target.path.name}: its tests {why}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit status."""
    parser = argparse.ArgumentParser(description="Mutation score of failure, verification and gate paths")
    parser.add_argument("words", nargs="*", help="only files whose path contains one of these")
    parser.add_argument("--most", type=int, default=MUTANTS_MAX, help="mutants of each file (default %(default)s)")
    options = parser.parse_args(arguments)
    began_s = time.monotonic()
    chosen = targets(options.words)
    if not chosen:
        print("no such file")
        return 1
    print(f"{'file':70}{'mutants':>8}{'killed':>8}{'score':>8}")
    low = []
    for target in chosen:
        preload(_shared_by(target))
        name = str(target.path.relative_to(ROOT))
        try:
            score = measure(target, options.most)
        except Untested as why:
            low.append(str(why))
            continue
        print(f"{name:70}{score.mutants:8}{score.killed:8}{score.percent:6.0f} %")
        print("".join(f"    survived  {name}:{mutant}\n" for mutant in score.survivors), end="", flush=True)
        if score.percent < SCORE_MIN:
            low.append(f"{name}: {score.percent:.0f} % of its mutants were noticed; {SCORE_MIN:.0f} % must be")
    print("\n".join([*low, f"took {time.monotonic() - began_s:.0f} s"]))
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
