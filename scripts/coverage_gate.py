"""Fails below 85 % line and 80 % branch coverage, and below 95 % of lines where a mistake loses an investigation."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
LINES_MIN = 85.0
BRANCHES_MIN = 80.0
CRITICAL_MIN = 95.0
CRITICAL = (
    "libs/bus/src/inquest/bus/settle.py",
    "libs/config/src/inquest/config/policies/*.py",
    "services/gateway/src/inquest/gateway/approvals.py",
    "services/gateway/src/inquest/gateway/policing.py",
    "services/gateway/src/inquest/gateway/domain/*.py",
    "services/gateway/src/inquest/gateway/journal.py",
    "services/intake/src/inquest/intake/domain/correlation/*.py",
    "services/intake/src/inquest/intake/domain/signature.py",
    "services/planner/src/inquest/planner/domain/*.py",
    "services/verifier/src/inquest/verifier/domain/*.py",
)


def report() -> dict[str, Any]:
    """Combine what the test processes wrote and return coverage's JSON report."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "coverage.json"
        coverage = [sys.executable, "-m", "coverage"]
        if list(ROOT.glob(".coverage.*")):
            subprocess.run([*coverage, "combine", "--quiet"], cwd=ROOT, check=True)
        subprocess.run([*coverage, "json", "--quiet", "-o", path], cwd=ROOT, check=True)
        found: dict[str, Any] = json.loads(path.read_text())
        return found


def shortfalls(found: dict[str, Any]) -> list[str]:
    """Return what is below its limit, one line each."""
    totals = found["totals"]
    lines = 100 * totals["covered_lines"] / totals["num_statements"]
    branches = 100 * totals["covered_branches"] / totals["num_branches"]
    print(f"coverage: {lines:.1f} % of lines, {branches:.1f} % of branches")
    short = []
    if lines < LINES_MIN:
        short.append(f"lines: {lines:.1f} % is below {LINES_MIN} %")
    if branches < BRANCHES_MIN:
        short.append(f"branches: {branches:.1f} % is below {BRANCHES_MIN} %")
    for pattern in CRITICAL:
        files = {path: row for path, row in found["files"].items() if Path(path).match(pattern)}
        if not files:
            short.append(f"{pattern}: no such file was measured")
        for path, row in files.items():
            summary = row["summary"]
            if summary["num_statements"] <= 1:  # a package's docstring
                continue
            share = 100 * summary["covered_lines"] / max(1, summary["num_statements"])
            if share < CRITICAL_MIN:
                short.append(f"{path}: {share:.1f} % of lines is below {CRITICAL_MIN} %")
    return short


def main() -> int:
    """Print shortfalls; returns the exit status."""
    short = shortfalls(report())
    print("\n".join(short))
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
