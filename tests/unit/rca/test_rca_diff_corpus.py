"""How well diffs are read that nobody had in mind when the rules were written; floors lie a little under the figures.

`tune` was in view while the rules were improved, `held` was not (four defects that it showed were mended afterwards);
`second` was written after the first round of rules, and in view for the second.
"""

import random
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from inquest.rca.diffs import Reading, read_diff
from inquest.rca.mechanisms import BY_NAME

CORPUS = Path(__file__).parent / "diff_corpus"
SEED, TUNE_SHARE, CHANGES_BEHAVIOUR = 2026, 0.6, 0.5


@dataclass(frozen=True)
class Case:
    name: str
    mechanisms: frozenset[str]
    symptoms: tuple[str, ...]
    reading: Reading

    @property
    def harmful(self) -> bool:
        return bool(self.mechanisms)


def _load(pattern: str) -> list[Case]:
    cases = []
    for path in sorted(CORPUS.glob(pattern)):
        for raw in yaml.safe_load(path.read_text(encoding="utf-8")):
            files = re.findall(r"^diff --git a/\S+ b/(\S+)", raw["diff"], re.MULTILINE)
            reading = read_diff(raw["diff"], files, raw["message"])
            cases.append(Case(raw["id"], frozenset(raw["mechanisms"]), tuple(raw["symptoms"]), reading))
    return sorted(cases, key=lambda case: case.name)


def _parts() -> dict[str, list[Case]]:
    second = _load("second_*.yaml")
    known = {case.name for case in second}
    first = [case for case in _load("*.yaml") if case.name not in known]
    random.Random(SEED).shuffle(first)
    cut = round(TUNE_SHARE * len(first))
    return {"tune": first[:cut], "held": first[cut:], "second": second}


PARTS = _parts()
# Part: AUROC of behaviour, accuracy at 0.5, the true mechanism first, among the first two.
FLOORS = {"tune": (0.97, 0.95, 0.93, 0.95), "held": (0.91, 0.86, 0.66, 0.72), "second": (0.95, 0.91, 0.90, 0.95)}


@pytest.mark.parametrize("part", FLOORS)
def test_diffs_of_the_corpus_are_read_at_least_this_well(part):
    cases = PARTS[part]
    harmful = [case for case in cases if case.harmful]
    harmless = [case for case in cases if not case.harmful]
    pairs = [(a.reading.behaviour, b.reading.behaviour) for a in harmful for b in harmless]
    auroc = sum((a > b) + 0.5 * (a == b) for a, b in pairs) / len(pairs)
    right = sum((case.reading.behaviour >= CHANGES_BEHAVIOUR) == case.harmful for case in cases) / len(cases)
    first, two = (sum(bool(c.mechanisms & {*c.reading.mechanisms[:n]}) for c in harmful) / len(harmful) for n in (1, 2))
    reached = (auroc, right, first, two)
    assert all(value >= floor for value, floor in zip(reached, FLOORS[part], strict=True)), reached


def test_every_case_says_what_the_engine_could_say():
    cases = [case for part in PARTS.values() for case in part]
    assert len({case.name for case in cases}) == len(cases) >= 190
    for case in cases:
        assert case.mechanisms <= set(BY_NAME), case.name
        assert case.harmful == bool(case.symptoms), case.name


# Rewrites that change nothing, beside the edit that looks like them and does: (harmless, harmful).
TWINS = {
    "layout": (
        "-select a, b from t limit 5\n+SELECT\n+  a, b\n+FROM t\n+LIMIT 5",
        "-select a, b from t limit 5\n+SELECT a, b\n+FROM t",
    ),
    "condition": (
        "-if (x) {\n-  return a.b;\n-}\n-return c.d;\n+if (!x) {\n+  return c.d;\n+}\n+return a.b;",
        "-if (x) {\n+if (!x) {\n   return a.b;\n }",
    ),
    "early exit": ("-if ready:\n-    send(x)\n+if not ready:\n+    continue\n+send(x)", "-if ready:\n+if not ready:\n"),
    "annotation": ("-def wait(tries):\n+def wait(tries: int):", "-wait(tries, 5)\n+wait(tries)"),
    "text": ('-say("%s left" % self.count)\n+say(f"{self.count} left")', '-key("%s" % self.day)\n+key(f"{self.week}")'),
    "dead code": ("-func old(a int) int {\n-\treturn a\n-}", "-\tpool.trim(a)\n-\tpool.check(a)"),
    "wrapped error": (
        "-\treturn nil, err\n+\treturn nil, fmt.Errorf(`read: %w`, err)",
        "-\treturn nil, err\n+\treturn x, nil",
    ),
    "extraction": (
        "-\tsend(a.host, a.port)\n+\tgo_to(a)\n+func go_to(a A) {\n+\tsend(a.host, a.port)\n+}",
        "-\tsend(a.host, a.port)\n+\tfor {\n+\t\tsend(a.host, a.port)\n+\t}",
    ),
    "unit": ("-  memory: 1Gi\n+  memory: 1200Mi", "-  memory: 1Gi\n+  memory: 100Mi"),
}


@pytest.mark.parametrize("twin", TWINS)
def test_a_rewrite_is_told_from_its_dangerous_twin(twin):
    harmless, harmful = (read_diff(diff, ["src/a.go"], "tidy").behaviour for diff in TWINS[twin])
    assert harmless < CHANGES_BEHAVIOUR <= harmful


@pytest.mark.parametrize(
    ("path", "removed", "added", "least", "most"),
    [
        ("requirements.txt", "redis==5.0.1", "redis==3.5.3", 0.6, 0.6),
        ("requirements-dev.txt", "pytest==7.0.1", "pytest==8.0.1", 0.0, 0.05),
        ("poetry.lock", 'version = "2023.11.17"', 'version = "2024.2.2"', 0.0, 0.2),
    ],
)
def test_what_is_shipped_is_told_from_what_only_developers_use(path, removed, added, least, most):
    assert least <= read_diff(f"-{removed}\n+{added}", [path], "bump").behaviour <= most


def test_what_differs_names_the_mechanism_and_not_the_path():
    reading = read_diff('-  "requestsPerMinute": 600\n+  "requestsPerMinute": 6', ["config/session/gateway.json"], "")
    assert reading.mechanisms[0] == "limit"
    assert read_diff("-mode: LOOSE\n+mode: STRICT\n mtls:", ["mesh.yaml"], "").mechanisms == ("tls",)
