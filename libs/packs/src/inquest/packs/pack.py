"""A pack, opened: each file is read when it is first asked for, once."""

from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from inquest.packs import changes, logs, metrics, spans
from inquest.packs.changes import Change, Edge, Pattern
from inquest.packs.files import locate
from inquest.packs.logs import LogTable
from inquest.packs.meta import PackMeta, read_meta, read_signal
from inquest.packs.metrics import MetricsTable
from inquest.packs.problems import PackError, Problem, ProblemLog
from inquest.packs.spans import SpanTable
from inquest.packs.times import TimeRange

OPTIONAL_FILES = (
    metrics.FILE,
    logs.FILE,
    spans.FILE,
    changes.CHANGES_FILE,
    changes.PATTERNS_FILE,
    changes.TOPOLOGY_FILE,
)

T = TypeVar("T")


class Pack:
    """One incident's telemetry. Reading a file never raises for what is in it: see `problems`."""

    def __init__(self, path: Path) -> None:
        """Read `pack.yaml` and `signal.json`; raises PackError where either is missing or unusable."""
        self.path = path
        self._logs_of: dict[str, ProblemLog] = {}
        self.meta: PackMeta = read_meta(path, self._problem_log("pack.yaml"))
        self.signal: dict[str, Any] = read_signal(path)

    def metrics(self) -> MetricsTable:
        """Return the metrics, empty where the pack has none."""
        return self._metrics

    def logs(self) -> LogTable:
        """Return the log lines, empty where the pack has none."""
        return self._log_lines

    def spans(self) -> SpanTable:
        """Return the spans, empty where the pack has none."""
        return self._spans

    def changes(self) -> list[Change]:
        """Return the changes in order of time, those before the baseline included."""
        return self._changes

    def patterns(self) -> list[Pattern]:
        """Return the log signatures of a source that samples its logs."""
        return self._patterns

    def topology(self) -> list[Edge]:
        """Return the (caller, callee) edges that the pack gives; spans may show more."""
        return self._topology

    @property
    def problems(self) -> list[Problem]:
        """What was found wrong in the files read so far, and which files are absent."""
        found = [one for log in self._logs_of.values() for one in log.listed()]
        return found + [Problem(name, 0, "not in the pack", "note") for name in self.absent]

    @property
    def absent(self) -> list[str]:
        """Optional files that the pack does not have."""
        return [name for name in OPTIONAL_FILES if locate(self.path, name) is None]

    @cached_property
    def _metrics(self) -> MetricsTable:
        found = self._open(metrics.FILE)
        return metrics.read_metrics(found[0], self._extent, found[1]) if found else MetricsTable()

    @cached_property
    def _log_lines(self) -> LogTable:
        found = self._open(logs.FILE)
        return logs.read_logs(found[0], self._extent, found[1]) if found else LogTable()

    @cached_property
    def _spans(self) -> SpanTable:
        found = self._open(spans.FILE)
        return spans.read_spans(found[0], self._extent, found[1]) if found else SpanTable()

    @cached_property
    def _changes(self) -> list[Change]:
        found = self._open(changes.CHANGES_FILE)
        return changes.read_changes(found[0], self._extent, found[1]) if found else []

    @cached_property
    def _patterns(self) -> list[Pattern]:
        found = self._open(changes.PATTERNS_FILE)
        return changes.read_patterns(*found) if found else []

    @cached_property
    def _topology(self) -> list[Edge]:
        found = self._open(changes.TOPOLOGY_FILE)
        return changes.read_topology(*found) if found else []

    @property
    def _extent(self) -> TimeRange:
        return self.meta.extent

    def _open(self, name: str) -> tuple[Path, ProblemLog] | None:
        path = locate(self.path, name)
        return (path, self._problem_log(path.name)) if path else None

    def _problem_log(self, name: str) -> ProblemLog:
        return self._logs_of.setdefault(name, ProblemLog(name))


def open_pack(path: Path | str) -> Pack:
    """Open the pack in this folder; raises PackError that names the file and what is expected."""
    folder = Path(path)
    if not folder.is_dir():
        raise PackError(f"{folder}: not a folder; a pack is a folder with pack.yaml and signal.json")
    return Pack(folder)
