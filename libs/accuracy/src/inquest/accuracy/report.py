"""A run as tables, for a terminal and for the committed document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inquest.accuracy.compare import Comparison
from inquest.accuracy.scale import Cost, exponent

Figures = Mapping[str, Any]

BEGIN = "<!-- generated: begin -->"
END = "<!-- generated: end -->"
ABSENT = "-"
TITLE = "# How accurate Inquest is\n\n"


@dataclass(frozen=True, slots=True)
class Table:
    """A title, a header, rows of as many cells, and a sentence below (or "")."""

    title: str
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    note: str = ""


def tables_of(figures: Figures) -> list[Table]:
    """Return a run's tables: by set, confidence, baselines where they were run, and each case."""
    found = [_sets(figures), _confidence(figures["all"]), _reliability(figures["all"])]
    if "baselines" in figures:
        found.append(_baselines(figures))
    return [*found, _cases(figures["per_case"])]


def _sets(figures: Figures) -> Table:
    header = (
        "set", "cases", "AC@1", "AC@3", "Avg@5", "exact change", "decoys blamed", "abstained", "no fault",
        "false alarms", "errors", "ms median", "ms max",
    )  # fmt: skip
    rows = [_set(name, one) for name, one in [*figures["sets"].items(), ("all", figures["all"])]]
    return Table(
        "By set",
        header,
        rows,
        "Shares in per cent with 95 % intervals, of the cases with a fault; false alarms: a cause was called likely or "
        "proven where nothing was wrong; ms is the analysis of a case, or page to conclusion through the bus.",
    )


def _set(name: str, one: Figures) -> tuple[str, ...]:
    exact = ABSENT
    if one["exact_change"] is not None:
        exact = f"{_with_interval(one, 'exact_change')} of {one['exact_change_cases']}"
    shares = (_with_interval(one, key) for key in ("ac1", "ac3", "avg5"))
    counts = (str(one[key]) for key in ("decoys_blamed", "abstained", "no_fault", "false_alarms", "errors"))
    return (name, str(one["cases"]), *shares, exact, *counts, f"{one['ms_median']:.0f}", f"{one['ms_max']:.0f}")


def _confidence(one: Figures) -> Table:
    low, high = one["ece_ci"]
    row = (
        percent(one["right"]), number(one["brier"]), number(one["brier_skill"]), number(one["auroc"]),
        f"{one['ece']:.3f} [{low:.3f}, {high:.3f}]", f"{one['rss_mb_median']:.0f}", f"{one['rss_mb']:.0f}",
    )  # fmt: skip
    header = ("right", "Brier", "Brier skill", "AUROC", "ECE", "MB median", "MB max")
    return Table("Confidence and memory", header, [row], "Right: the true service first and, where known, the change.")


def _reliability(one: Figures) -> Table:
    rows = [
        (
            f"{row['low']:.1f} to {row['high']:.1f}", str(row["cases"]),
            f"{row['confidence']:.2f}" if row["cases"] else ABSENT, f"{row['right']:.2f}" if row["cases"] else ABSENT,
        )
        for row in one["reliability"]
    ]  # fmt: skip
    return Table("Reliability", ("confidence", "cases", "mean confidence", "share right"), rows)


def _baselines(figures: Figures) -> Table:
    rows = []
    for name, ours in [*figures["sets"].items(), ("all", figures["all"])]:
        rows.append((name, "inquest", *_found(ours)))
        for method, theirs in figures["baselines"].items():
            rows.append((name, method, *_found(theirs["all"] if name == "all" else theirs["sets"][name])))
    note = "The first three baselines name no change; correlation has no answer where the page names no metric."
    return Table("Beside other methods", ("set", "method", "AC@1", "AC@3", "Avg@5", "exact change"), rows, note)


def _found(one: Figures) -> tuple[str, ...]:
    return (*(_with_interval(one, key) for key in ("ac1", "ac3", "avg5")), percent(one["exact_change"]))


def _cases(rows: Sequence[Figures]) -> Table:
    header = ("case", "service rank", "change rank", "decoy blamed", "band", "confidence", "ms", "MB", "said first")
    cells = [
        (
            f"{row['set']}/{row['case']}", str(row["service_rank"] or ABSENT), str(row["change_rank"] or ABSENT),
            "yes" if row["decoy_blamed"] else "no", row["band"], f"{row['confidence']:.2f}",
            f"{row['ms']:.0f}", f"{row['rss_mb']:.0f}", row["error"] or row["said"],
        )
        for row in rows
    ]  # fmt: skip
    return Table("Each case", header, cells)


def comparison_table(one: Comparison) -> Table:
    """Return what changed between two runs."""
    rows = [("became right", label) for label in one.wins] + [("became wrong", label) for label in one.losses]
    rows += [("moved", text) for text in one.moved]
    note = (
        f"{len(one.wins)} wins, {len(one.losses)} losses, {one.paired} pairs; sign test p = {one.p:.3f}; "
        f"{one.unpaired} cases are in one run only."
    )
    return Table("Compared with before", ("", "case"), rows, note)


def scale_table(costs: Sequence[Cost]) -> Table:
    """Return what more of the same costs, with the exponent of growth for each case."""
    rows = []
    for case in dict.fromkeys(one.case for one in costs):
        own = [one for one in costs if one.case == case]
        grown = f"{exponent(own):.2f}"
        for one in own:
            size = (f"{one.factor}x", str(one.lines), str(one.spans), str(one.series))
            rows.append((case, *size, f"{one.ms:.0f}", grown if one is own[-1] else ""))
    note = "Exponent: time grows as size to this power; 1 is linear."
    return Table("Cost", ("case", "size", "lines", "spans", "series", "CPU ms", "exponent"), rows, note)


def as_text(tables: Sequence[Table]) -> str:
    """Return tables for a terminal, in columns."""
    return "\n".join(_as_columns(one) for one in tables)


def _as_columns(table: Table) -> str:
    lines = [table.header, *table.rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.header))]
    body = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)
    return "\n".join([table.title, *(f"  {line}" for line in body), *([f"  {table.note}"] if table.note else []), ""])


def as_markdown(tables: Sequence[Table], command: str) -> str:
    """Return tables as Markdown, with the command that made them."""
    return "\n\n".join([f"Made by `{command}`.", *(_as_pipes(one) for one in tables)])


def _as_pipes(table: Table) -> str:
    lines = [table.header, ("---",) * len(table.header), *table.rows]
    body = "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
    return f"## {table.title}\n\n{body}" + (f"\n\n{table.note}" if table.note else "")


def write_markdown(path: Path, text: str) -> None:
    """Put the text between the markers of a document; one without markers gets them at its end."""
    document = path.read_text(encoding="utf-8") if path.exists() else TITLE
    before, found, rest = document.partition(BEGIN)
    after = rest.partition(END)[2] if found else "\n"
    path.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def _with_interval(one: Figures, key: str) -> str:
    if one[key] is None:
        return ABSENT
    low, high = one[f"{key}_ci"]
    return f"{100 * one[key]:.1f} [{100 * low:.0f}, {100 * high:.0f}]"


def percent(value: float | None) -> str:
    """Return a share in per cent, or a dash for None."""
    return ABSENT if value is None else f"{100 * value:.1f}"


def number(value: float | None) -> str:
    """Return a figure with three digits, or a dash for None."""
    return ABSENT if value is None else f"{value:.3f}"
