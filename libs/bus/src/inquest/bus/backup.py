"""Backs every stream, bucket and object store up, and restores them, with the positions of their consumers.

What a snapshot keeps: each message with its sequence, time and headers; deletions, pending schedules, counters; each
durable with what it settled. So compare-and-set goes on (it asks for a subject's last sequence), event numbers fit,
and what was settled is not worked again. What it does not keep is listed in the manifest (`LEFT_OUT`).
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from nats.errors import Error as NatsError
from nats.js.api import StorageType, StreamInfo
from nats.js.errors import NotFoundError

from inquest.bus.backup_files import (
    FORMAT,
    Entry,
    LeftOut,
    Manifest,
    Position,
    copy_tree,
    finish,
    new_backup,
    read_verified,
)
from inquest.bus.backup_hold import Durables, held, read_durables, read_streams, release, standing
from inquest.bus.backup_wire import BackupRefused, load_stream, save_stream
from inquest.bus.connection import Connection
from inquest.bus.topology import add_volatile
from inquest.contracts.streams import STREAMS

TRIES_MAX = 3
NOTHING: Mapping[str, Path] = MappingProxyType({})
FOLDER = "streams"
LEFT_OUT = (
    LeftOut(what="trace index", why="it is rebuilt from the streams when the trace store starts"),
    LeftOut(what="inquest.yaml, secrets, keys", why="they are yours; what was applied is in the bucket `config`"),
    LeftOut(what="reports and logs below the data folder", why="they are copies of what the streams say"),
    LeftOut(
        what="the server's memory of message ids",
        why="it reaches back minutes; what must not happen twice is guarded by sequences and journals, which are kept",
    ),
)

Progress = Callable[[str], None]


async def backup(
    connection: Connection, directory: Path, progress: Progress, beside: Mapping[str, Path] = NOTHING
) -> Manifest:
    """Write every stream as of one moment into a new folder. Services may run: their consumers are held meanwhile.

    `beside` names folders that are copied after that: what left the streams before that moment is in them.
    Raises InquestError where the folder is not empty, BackupRefused when the server gives no consistent picture.
    """
    try:
        return await _backup(connection, directory, progress, beside)
    except (NatsError, TimeoutError) as error:
        raise BackupRefused(f"nats-server failed during the backup: {error or type(error).__name__}") from error


async def _backup(connection: Connection, directory: Path, progress: Progress, beside: Mapping[str, Path]) -> Manifest:
    js, client = connection.js, connection.client
    found = sorted(await read_streams(js), key=_rank)
    kept = [_name(info) for info in found if info.config.storage is not StorageType.MEMORY]
    left = [LeftOut(what=_name(info), why="kept in memory only") for info in found if _name(info) not in kept]
    with new_backup(directory) as folder:
        for number in range(1, TRIES_MAX + 1):
            async with held(js, kept, progress):
                before = await read_durables(js, kept)
                entries = [await _save(connection, folder, name, before, progress) for name in kept]
                after = await read_durables(js, kept)
            if standing(before) == standing(after):
                break
            progress(f"consumers moved meanwhile: taken again ({number} of {TRIES_MAX})")
        else:
            raise BackupRefused("consumers moved during each try: stop the services, then back up again")
        files = [
            row for name, source in beside.items() for row in await asyncio.to_thread(copy_tree, source, folder, name)
        ]
        if files:
            progress(f"copied {len(files)} files of {', '.join(beside)}")
        manifest = Manifest(
            format=FORMAT,
            taken_at=datetime.now(UTC),
            server_version=str(client.connected_server_version),
            entries=tuple(entries),
            left_out=(*LEFT_OUT, *left),
            files=tuple(files),
        )
        finish(folder, manifest)
    return manifest


def _name(info: StreamInfo) -> str:
    return str(info.config.name)


def _rank(info: StreamInfo) -> tuple[int, int, str]:
    """Streams as a page flows through them, then buckets, then objects: what is named by a message is read after it."""
    name, flow = _name(info), [row.name for row in STREAMS]
    kind = 2 if name.startswith("OBJ_") else 1 if name.startswith("KV_") else 0
    return kind, flow.index(name) if name in flow else len(flow), name


async def _save(connection: Connection, folder: Path, name: str, durables: Durables, progress: Progress) -> Entry:
    (folder / FOLDER).mkdir(exist_ok=True)
    path = folder / FOLDER / f"{name}.snapshot"
    config, state, digest = await save_stream(connection.client, name, path)
    rows = standing({key: info for key, info in durables.items() if key[0] == name})
    entry = Entry(
        name=name,
        file=f"{FOLDER}/{path.name}",
        sha256=digest,
        size_bytes=path.stat().st_size,
        messages=state["messages"],
        last_seq=state["last_seq"],
        positions=tuple(Position(durable=key[1], ack_floor=row[1], in_flight=row[2]) for key, row in rows.items()),
        config=config,
        state=state,
    )
    progress(f"saved {name}: {entry.messages} messages, {entry.size_bytes} bytes")
    return entry


async def restore(connection: Connection, directory: Path, progress: Progress, *, replace: bool = False) -> Manifest:
    """Check every file, then make the streams of a backup. Services must be stopped.

    Raises BackupInvalid before anything is touched; BackupRefused where the target is in use or, without `replace`, not
    empty. What fails or is stopped half-way is taken away again.
    """
    manifest = await asyncio.to_thread(read_verified, directory, progress)
    try:
        await _restore(connection, directory, manifest, progress, replace=replace)
    except (NatsError, TimeoutError) as error:
        raise BackupRefused(f"nats-server failed during the restore: {error or type(error).__name__}") from error
    return manifest


async def _restore(
    connection: Connection, directory: Path, manifest: Manifest, progress: Progress, *, replace: bool
) -> None:
    js = connection.js
    present = await read_streams(js)
    await _refuse_working(connection, [_name(info) for info in present])
    full = [_name(info) for info in present if info.state.last_seq]
    if full and not replace:
        raise BackupRefused(
            f"the target is not empty: {', '.join(sorted(full))}. Restore onto an empty one, or give --replace"
        )
    made: list[str] = []
    try:
        for entry in manifest.entries:
            made.append(entry.name)
            await _load(connection, directory, entry, progress)
    except BaseException:
        for name in made:
            await asyncio.shield(_delete(connection, name))
        raise
    await release(js, [(entry.name, row.durable) for entry in manifest.entries for row in entry.positions])
    await add_volatile(connection)


async def _refuse_working(connection: Connection, streams: list[str]) -> None:
    durables = await read_durables(connection.js, streams)
    working = sorted(durable for (_, durable), info in durables.items() if info.num_waiting)
    if working:
        raise BackupRefused(f"services are at work on the target ({working[0]}, …): stop them, then restore")


async def _load(connection: Connection, directory: Path, entry: Entry, progress: Progress) -> None:
    await _delete(connection, entry.name)
    found = await load_stream(connection.client, entry.name, directory / entry.file, entry.config, entry.state)
    durables = await read_durables(connection.js, [entry.name])
    wrong = [
        row.durable
        for row in entry.positions
        if (info := durables.get((entry.name, row.durable))) is None
        or (info.ack_floor.stream_seq if info.ack_floor else 0) < row.ack_floor
    ]
    if found["last_seq"] != entry.last_seq or wrong:
        raise BackupRefused(f"{entry.name} is not as it was: ends at {found['last_seq']}, durables {wrong}")
    aged = entry.messages - found["messages"]
    note = f" ({aged} were past their age and are gone)" if aged else ""
    progress(f"restored {entry.name}: {found['messages']} messages{note}, {len(entry.positions)} consumers")


async def _delete(connection: Connection, name: str) -> None:
    with suppress(NotFoundError, NatsError, TimeoutError):
        await connection.js.delete_stream(name)
