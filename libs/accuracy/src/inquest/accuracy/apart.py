"""Work in a process of its own: its memory can be measured, and a crash costs that work alone."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

T = TypeVar("T")

PRELOADED = "inquest.accuracy.engine"


class Failed(Exception):
    """The work did not come to an end; says why."""


def run_apart(work: Callable[..., T], *arguments: object) -> T:
    """Return what `work` returns. It must be importable, and so must be what goes in and out. Raises Failed."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([PRELOADED])
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sender, work, arguments), daemon=True)
    process.start()
    sender.close()
    try:
        result, reason = receiver.recv()
    except EOFError:
        process.join()
        raise Failed(f"its process ended with status {process.exitcode}") from None
    finally:
        receiver.close()
        process.join()
    if reason:
        raise Failed(reason)
    value: T = result
    return value


def _work(sender: Connection, work: Callable[..., Any], arguments: tuple[object, ...]) -> None:
    try:
        outcome = (work(*arguments), "")
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is reported as the outcome of this work
        outcome = (None, f"{type(error).__name__}: {error}")
    sender.send(outcome)
