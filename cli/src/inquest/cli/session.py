"""What commands share: running a coroutine until done or Ctrl-C, finding a local system, printing."""

import asyncio
import json
import os
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, TextIO, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from inquest.config import Config
from inquest.config.load import load
from inquest.contracts.errors import InquestError
from inquest.telemetry import logs, traces

ResultT = TypeVar("ResultT")

CONNECT_S_MAX = 3.0  # a person waits: a service may be patient, a command should not be


def run(work: Coroutine[Any, Any, ResultT], log_file: Path | None = None) -> ResultT:
    """Run to the end; Ctrl-C or SIGTERM cancels it, so that everything it started is stopped."""
    with _log_stream(log_file) as stream:
        logs.configure(stream=stream)
        traces.configure("inquest")
        return asyncio.run(_cancellable(work))


@contextmanager
def _log_stream(path: Path | None) -> Iterator[TextIO]:
    try:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        stream = (path or Path(os.devnull)).open("a", encoding="utf-8")
    except OSError as error:
        raise InquestError(f"cannot write the log {path}: {error.strerror}; choose another --data-dir") from error
    try:
        yield stream
    finally:
        with suppress(OSError):  # a full disk: lines are lost, the work is not
            stream.close()


async def _cancellable(work: Coroutine[Any, Any, ResultT]) -> ResultT:
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    asked: list[int] = []

    def stop(number: int) -> None:
        # Only once: a second cancellation would cut the stopping short and leave processes behind.
        if not asked:
            task.cancel()
        asked.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    try:
        return await task
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


def read_config(path: Path) -> Config:
    """Return the configuration in a file; the built-in one where there is no file."""
    return load(path) if path.exists() else Config()


def local_nats(data_dir: Path, url: str | None) -> str:
    """Return the bus to talk to: the given one, else the one that `inquest up` started here."""
    if url is not None:
        return url
    with suppress(OSError, ValueError, KeyError):
        return str(json.loads((data_dir / "run" / "system.json").read_text())["nats"])
    raise InquestError("no running system found here: start one with `inquest up`, or give --nats-url")


def zone(name: str | None) -> tzinfo:
    """Return a time zone; None means the machine's own. Raises InquestError for an unknown name."""
    if name is None:
        return datetime.now().astimezone().tzinfo or UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InquestError(f"no time zone {name!r}; names are as Europe/Paris or UTC") from error


def echo_json(value: Any) -> None:
    """Print a value as JSON."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))
