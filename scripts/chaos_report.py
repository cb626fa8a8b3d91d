"""The report that `make chaos` writes."""

import os
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.chaos_ledger import shortfalls

PROBLEMS_MAX = 50


def write(file: Path, command: str, found: Mapping[str, Any], deaths: Counter[str], problems: Sequence[str]) -> None:
    """Write the figures, the histogram of deaths and the problems as Markdown."""
    broken = shortfalls(found)
    share = 100 * found["kills_in_flight"] / max(1, found["kills"])
    where = f"{os.cpu_count()} processors, {platform.system()}, Python {platform.python_version()}"
    in_flight = f"{found['kills_in_flight']} of {found['kills']} deaths ({share:.0f} %) were in mid-work."
    verdict = "; ".join(broken) if broken else "Every promise was kept."
    lines = [
        "# Report of a storm",
        "",
        f"Written by `{command}`; what the figures mean: [reliability](reliability.md). {where}.",
        "",
        f"**{verdict}** {in_flight}",
        "",
        "| figure | value |",
        "|---|---|",
        *(f"| `{name}` | {value} |" for name, value in found.items()),
        "",
        "## Deaths by crash point",
        "",
        "The last point that the process had passed; `idle` where it was in the middle of nothing.",
        "",
        "| deaths | service | point |",
        "|---|---|---|",
        *(_row(name, count) for name, count in deaths.most_common()),
        "",
        "## Problems",
        "",
        *([f"- `{one[:500]}`" for one in problems[:PROBLEMS_MAX]] or ["None."]),
        "",
    ]
    file.write_text("\n".join(lines))


def _row(name: str, count: int) -> str:
    service, _, point = name.partition(" ")
    return f"| {count} | {service} | `{point.strip()}` |"
