"""`inquest dead list|redrive`: what could not be processed, and sending it again once its fault is mended."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import typer

from inquest.bus import dead
from inquest.bus.bus import Bus
from inquest.bus.connection import Connection
from inquest.bus.dead import Buried
from inquest.cli.session import CONNECT_S_MAX, echo_json, local_nats, run
from inquest.contracts.errors import InquestError
from inquest.contracts.text import plain

DATA_DIR = Path("var")
LETTERS_MAX = 10_000
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Redriven:
    """What became of one letter: the subject it went to, or why it was left."""

    seq: int
    subject: str | None = None
    error: str | None = None


def list_letters(limit: int, nats_url: str | None, *, as_json: bool) -> None:
    """Print the dead letters, newest first."""

    async def read(connection: Connection) -> list[Buried]:
        return [one async for one in dead.read_letters(connection, min(limit, LETTERS_MAX))]

    found = run(_connected(nats_url, read))
    if as_json:
        echo_json([{"seq": one.seq, **one.letter.model_dump(mode="json")} for one in found])
        return
    for one in found:
        letter = one.letter
        at = f"{letter.dead_at:%Y-%m-%d %H:%M:%S}Z"
        why = plain(f"{letter.error_type}: {letter.reason}")
        typer.echo(f"{one.seq:>6}  {at}  {plain(letter.consumer):<26} {plain(letter.subject)}  {why}")
    if not found:
        typer.echo("no dead letters")


def redrive(seq: int | None, nats_url: str | None, *, every: bool, as_json: bool) -> None:
    """Send one message, or all, again; exit status 1 when one was left."""
    if (seq is None) is not every:
        raise typer.BadParameter("give the number of one letter, or --all")

    async def send(connection: Connection) -> list[Redriven]:
        if seq is not None:
            return [await _redriven(connection, seq)]
        numbers = [one.seq async for one in dead.read_letters(connection, LETTERS_MAX)]
        return [await _redriven(connection, number) for number in reversed(numbers)]  # oldest first

    rows = run(_connected(nats_url, send))
    left = [row for row in rows if row.error]
    if as_json:
        echo_json([asdict(row) for row in rows])
    else:
        for row in rows:
            typer.echo(row.error or f"{row.seq}: sent again on {row.subject}", err=bool(row.error))
        typer.echo(f"{len(rows) - len(left)} sent again, {len(left)} left")
    raise typer.Exit(1 if left else 0)


async def _redriven(connection: Connection, seq: int) -> Redriven:
    try:
        return Redriven(seq, subject=await dead.redrive(connection, seq))
    except InquestError as error:
        return Redriven(seq, error=str(error))


async def _connected(nats_url: str | None, work: Callable[[Connection], Awaitable[ResultT]]) -> ResultT:
    bus = Bus(local_nats(DATA_DIR, nats_url), "cli")
    await bus.connect(CONNECT_S_MAX)
    try:
        return await work(bus.connection)
    finally:
        await bus.close()
