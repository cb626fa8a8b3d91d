"""What an investigation leaves on disk and on the screen."""

import json
from datetime import tzinfo
from pathlib import Path
from typing import Any

import typer

from inquest.contracts.latest import InvestigationStory
from inquest.notifier.domain.render import report_json, report_markdown, report_text

RECORDS = ("signals", "events", "tool_calls", "evidence", "steps", "verdicts", "notices", "feedback")


def write_outputs(story: InvestigationStory, out: Path, zone: tzinfo) -> Path:
    """Write report.md, report.json and trace.ndjson; returns their folder."""
    folder = out / story.summary.investigation_id
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.md").write_text(report_markdown(story, zone), encoding="utf-8")
    (folder / "report.json").write_text(report_json(story), encoding="utf-8")
    with (folder / "trace.ndjson").open("w", encoding="utf-8") as file:
        for line in trace_lines(story):
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return folder


def trace_lines(story: InvestigationStory) -> list[dict[str, Any]]:
    """Return everything that happened as one record a line; the first is the summary."""
    document = story.model_dump(mode="json")
    lines = [{"record": "summary", **document["summary"]}]
    if document["incident"]:
        lines.append({"record": "incident", **document["incident"]})
    for name in RECORDS:
        lines += [{"record": name, **row} for row in document[name]]
    return lines + [{"record": "timeline", **row} for row in document["timeline"]]


def read_trace(folder: Path) -> InvestigationStory | None:
    """Return the story that was written to a folder, None where there is none."""
    path = folder / "trace.ndjson"
    if not path.exists():
        return None
    document: dict[str, Any] = {"timeline": [], "incident": None, **{name: [] for name in RECORDS}}
    for text in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(text)
        name = row.pop("record")
        if name in ("summary", "incident"):
            document[name] = row
        else:
            document[name].append(row)
    return InvestigationStory.model_validate(document)


def print_story(
    story: InvestigationStory, folder: Path, took_s: float, zone: tzinfo, *, as_json: bool
) -> dict[str, Any]:
    """Print the report, unless JSON is wanted; returns its document."""
    document = {**json.loads(report_json(story)), "took_s": round(took_s, 3), "wrote": str(folder)}
    if not as_json:
        typer.echo("")
        typer.echo(report_text(story, zone), nl=False)
        typer.echo(f"Wrote      {folder}/report.md  report.json  trace.ndjson")
    return document
