"""Writes a pack: streaming, one file at a time, gzip over 100 kB, whole or not at all per file."""

import csv
import gzip
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from math import isfinite
from pathlib import Path

import orjson
import yaml

from inquest.packs import changes as changes_
from inquest.packs import logs as logs_
from inquest.packs import metrics as metrics_
from inquest.packs import spans as spans_
from inquest.packs.changes import Edge
from inquest.packs.meta import PackMeta
from inquest.packs.times import TimeRange, format_time

GZIP_OVER_BYTES = 100_000

MetricRow = tuple[float, str, str, float, str, str]
"""(time in epoch seconds, service, metric, value, instance or "", node or "")."""

Record = Mapping[str, object]


def write_pack(
    path: Path | str,
    *,
    meta: PackMeta,
    signal: Record,
    metrics: Iterable[MetricRow] = (),
    logs: Iterable[Record] = (),
    spans: Iterable[Record] = (),
    changes: Iterable[Record] = (),
    patterns: Iterable[Record] = (),
    topology: Iterable[Edge] = (),
    truth: Record | None = None,
) -> Path:
    """Write a pack into the folder `path` and return it; existing files of a pack there are replaced.

    The iterables are consumed once, in one pass; an empty one gives no file. Raises ValueError for a metric that
    is not finite or a name that holds a line end.
    """
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder, metrics_.FILE, _metric_lines(metrics))
    for name, records in (
        (logs_.FILE, logs),
        (spans_.FILE, spans),
        (changes_.CHANGES_FILE, changes),
        (changes_.PATTERNS_FILE, patterns),
    ):
        _write(folder, name, (orjson.dumps(record) + b"\n" for record in records))
    edges = [{"from": caller, "to": callee} for caller, callee in topology]
    _write(folder, changes_.TOPOLOGY_FILE, [_json({"edges": edges})] if edges else [])
    _write(folder, "signal.json", [_json(signal)], may_gzip=False)
    _write(folder, "truth.yaml", [_yaml(truth)] if truth else [], may_gzip=False)
    # Last: a folder without pack.yaml is not a pack, so that a run cut short leaves none behind.
    _write(folder, "pack.yaml", [_yaml(_meta(meta))], may_gzip=False)
    return folder


def _metric_lines(rows: Iterable[MetricRow]) -> Iterable[bytes]:
    buffer = _Line()
    writer = csv.writer(buffer, lineterminator="\n")
    header = ",".join(metrics_.COLUMNS) + "\n"
    for row in rows:
        if not isfinite(row[3]):
            raise ValueError(f"{row[1]} {row[2]} at {row[0]}: value is not finite")
        writer.writerow(row)
        if "\n" in buffer.text[:-1] or "\r" in buffer.text:
            raise ValueError(f"{row[1]!r} {row[2]!r}: a name holds a line end")
        yield (header + buffer.text).encode()
        header = ""


class _Line:
    """What csv writes one row into."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text


def _write(folder: Path, name: str, lines: Iterable[bytes], *, may_gzip: bool = True) -> None:
    part = folder / f".{name}.part"
    plain, packed = folder / name, folder / f"{name}.gz"
    try:
        with part.open("wb") as stream:
            stream.writelines(lines)
        for old in (plain, packed):
            old.unlink(missing_ok=True)
        size = part.stat().st_size
        if size > GZIP_OVER_BYTES and may_gzip:
            # No name and no time inside: the same content gives the same bytes.
            with (
                part.open("rb") as source,
                packed.open("wb") as target,
                gzip.GzipFile("", "wb", 9, target, mtime=0) as stream_gz,
            ):
                shutil.copyfileobj(source, stream_gz)
        elif size:
            part.rename(plain)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def _meta(meta: PackMeta) -> dict[str, object]:
    told = {"id": meta.id, "title": meta.title, "window": _range(meta.window)}
    if meta.baseline:
        told["baseline"] = _range(meta.baseline)
    return told | {key: getattr(meta, key) for key in ("origin", "licence") if getattr(meta, key)}


def _range(span: TimeRange) -> dict[str, str]:
    return {"start": format_time(span.start), "end": format_time(span.end)}


def _json(content: object) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _yaml(content: object) -> bytes:
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, encoding="utf-8")
