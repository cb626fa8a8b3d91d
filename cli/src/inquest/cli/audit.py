"""`inquest audit verify|export`: whether the record of what happened is whole, and taking a copy of it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

import typer

from inquest.audit.verify import Checkpoint, Export, Held, Report, exported, read_export, verify
from inquest.bus.bus import Bus
from inquest.cli.operator_bus import operator_bus
from inquest.cli.session import CONNECT_S_MAX, echo_json, local_nats, run
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import AuditCheckpoint
from inquest.contracts.text import plain

DATA_DIR = Path("var")
AUDIT, CHECKPOINTS = "AUDIT", "CHECKPOINTS"


def verify_audit(path: Path | None, against: Path | None, nats_url: str | None, *, as_json: bool) -> None:
    """Verify the audit on the bus, or an export of it; exit status 1 when anything is wrong.

    With an export made earlier, each of its records must still be there, unchanged.
    """
    earlier = read_export(_lines(against)) if against else Export()
    if path is not None:
        report = verify((Held(number, "", line) for number, line in enumerate(_lines(path), 1)), earlier=earlier)
    else:
        report = run(_verified(nats_url, earlier))
    if as_json:
        echo_json(asdict(report))
    else:
        _print(report)
    raise typer.Exit(1 if report.findings else 0)


async def _verified(nats_url: str | None, earlier: Export) -> Report:
    bus = operator_bus(local_nats(DATA_DIR, nats_url))
    await bus.connect(CONNECT_S_MAX)
    try:
        # Checkpoints first: a record that is written meanwhile must not look like one that is missing.
        marks = [mark async for mark in _checkpoints(bus)]
        last_seq = await bus.last_seq(AUDIT)
        held = [
            Held(delivery.stream_seq, delivery.subject, delivery.payload)
            async for batch in bus.replay(AUDIT)
            for _, delivery in batch
            if delivery.stream_seq <= last_seq
        ]
    finally:
        await bus.close()
    return verify(held, marks, last_seq, earlier)


async def _checkpoints(bus: Bus) -> AsyncIterator[Checkpoint]:
    async for batch in bus.replay(CHECKPOINTS):
        for taken, _ in batch:
            if isinstance(taken, AuditCheckpoint):
                yield Checkpoint(taken.tenant, taken.service, taken.chain, taken.number, taken.hash)


def _print(report: Report) -> None:
    for one in report.findings:
        typer.echo(f"{one.kind}: {plain(one.text, len(one.text))}", err=True)
    what = f"{report.records} records in {report.chains} chains, {report.checkpoints} checkpoints"
    typer.echo(f"{what}: {f'{len(report.findings)} findings' if report.findings else 'nothing was changed or removed'}")


def export_audit(path: Path | None, tenant: str | None, nats_url: str | None) -> None:
    """Write the audit as NDJSON, one record as it lies in each line, to a file or to stdout."""
    if path is None:
        run(_exported(typer.get_text_stream("stdout"), tenant, nats_url))
        return
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding="utf-8") as out:
            count = run(_exported(out, tenant, nats_url))
        part.replace(path)
    except OSError as error:
        raise InquestError(f"cannot write {path}: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
    typer.echo(f"{count} records in {path}")


async def _exported(out: TextIO, tenant: str | None, nats_url: str | None) -> int:
    bus = operator_bus(local_nats(DATA_DIR, nats_url))
    await bus.connect(CONNECT_S_MAX)
    count = 0
    try:
        async for batch in bus.replay(AUDIT):
            for _, delivery in batch:
                if tenant is None or delivery.keys.get("tenant") == tenant:
                    # As it lies, also what does not decode: what an export leaves out looks like it never was.
                    out.write(exported(delivery.payload).decode() + "\n")
                    count += 1
    finally:
        await bus.close()
    return count


def _lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of an export. Raises InquestError."""
    try:
        with path.open("rb") as lines:
            yield from lines
    except OSError as error:
        raise InquestError(f"cannot read {path}: {error.strerror}") from error
