"""Reads the files of a pack line by line: plain or gzip, bounded, and never failing half-way."""

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import orjson

from inquest.packs.problems import ProblemLog

LINE_BYTES_MAX = 4 * 1024 * 1024
FILE_BYTES_MAX = 4 * 1024**3
"""Unpacked; a small gzip file can hold any amount of zeros."""


def locate(folder: Path, name: str) -> Path | None:
    """Return the path of `name` or `name.gz` in `folder`, or None where there is neither."""
    for candidate in (folder / name, folder / f"{name}.gz"):
        if candidate.is_file():
            return candidate
    return None


def read_lines(path: Path, problems: ProblemLog) -> Iterator[tuple[int, bytes]]:
    """Yield (line number from 1, line without its end); blank lines are passed over.

    A damaged gzip stream, an over-long line or file is reported; what came before it is used.
    """
    number = 0
    try:
        with _opened(path) as stream:
            left = FILE_BYTES_MAX
            while line := stream.readline(LINE_BYTES_MAX):
                number += 1
                left -= len(line)
                if left < 0:
                    problems.add(number, f"more than {FILE_BYTES_MAX} bytes: the rest is left out")
                    return
                if len(line) == LINE_BYTES_MAX and not line.endswith(b"\n"):
                    problems.add(number, f"line is longer than {LINE_BYTES_MAX} bytes")
                    left -= _skip_line(stream)
                elif text := line.rstrip(b"\r\n"):
                    yield number, text
    except (OSError, EOFError, zlib.error) as error:
        problems.add(number, f"cannot be read beyond this line: {error}")


def _opened(path: Path) -> io.BufferedIOBase:
    if path.suffix == ".gz":
        return io.BufferedReader(cast("io.RawIOBase", gzip.open(path)), 256 * 1024)
    return path.open("rb")


def _skip_line(stream: io.BufferedIOBase) -> int:
    skipped = 0
    while skipped < FILE_BYTES_MAX and (part := stream.readline(LINE_BYTES_MAX)):
        skipped += len(part)
        if part.endswith(b"\n"):
            break
    return skipped


def read_records(path: Path, problems: ProblemLog) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield (line number, JSON object) for each good line of an NDJSON file; the others are reported."""
    for number, line in read_lines(path, problems):
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            problems.add(number, f"not JSON: {error}")
            continue
        if isinstance(record, dict):
            yield number, record
        else:
            problems.add(number, "not a JSON object")
