"""`inquest backup DIR` and `inquest restore DIR`, against a running bus or the store of a stopped `inquest up`."""

import fcntl
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import typer

from inquest.bus.backup import backup, restore
from inquest.bus.backup_files import Manifest, read_verified
from inquest.bus.connection import Connection
from inquest.bus.server import NatsServer
from inquest.cli.operator_bus import operator_bus
from inquest.cli.session import CONNECT_S_MAX, echo_json, local_nats, run
from inquest.contracts.errors import InquestError

STORE = "nats"  # below the data folder, as `inquest up` lays it out
INDEX = "tracestore"
ARCHIVE = "archive"


def take(directory: Path, data_dir: Path, nats_url: str | None, *, as_json: bool) -> None:
    """Back everything up into a new folder; progress goes to standard error."""
    store = data_dir.resolve() / STORE
    running = nats_url is not None or (data_dir / "run" / "system.json").exists()
    if not running and (store / "jetstream").exists():
        manifest = run(_take_of_folder(directory, store, _archive_of(data_dir)))
    else:
        manifest = run(_take_of_bus(directory, local_nats(data_dir, nats_url), _archive_of(data_dir)))
    _tell(manifest, f"{directory} is whole", as_json=as_json)


def put_back(directory: Path, data_dir: Path, nats_url: str | None, *, replace: bool, as_json: bool) -> None:
    """Restore a backup; without a bus into the data folder, which is swapped only once all of it is there."""
    if nats_url is None:
        manifest = run(_put_into_folder(directory, data_dir.resolve(), replace=replace))
        place = f"{data_dir}; start `inquest up`"
    else:
        manifest = run(_put_onto_bus(directory, nats_url, replace=replace))
        if (directory / ARCHIVE).is_dir():
            _progress(f"copy {directory / ARCHIVE} to where the trace store has its archive")
        place = "the bus; remove the trace store's old file, then start the services"
    _tell(manifest, f"restored into {place}", as_json=as_json)


def check(directory: Path, *, as_json: bool) -> None:
    """Check the sums of a backup without restoring it."""
    _tell(read_verified(directory, _progress), f"{directory} is whole and unchanged", as_json=as_json)


def _tell(manifest: Manifest, what: str, *, as_json: bool) -> None:
    if as_json:
        echo_json(manifest.model_dump(mode="json", exclude={"entries": {"__all__": {"config", "state"}}}))
        return
    messages = sum(entry.messages for entry in manifest.entries)
    durables = sum(len(entry.positions) for entry in manifest.entries)
    typer.echo(f"{what}: {len(manifest.entries)} streams, {messages} messages, {durables} consumers")
    for row in manifest.left_out:
        typer.echo(f"  not in it: {row.what}: {row.why}")


def _progress(line: str) -> None:
    typer.echo(line, err=True)


def _archive_of(data_dir: Path) -> dict[str, Path]:
    folder = Path(os.environ.get("INQUEST_ARCHIVE_DIR") or data_dir / ARCHIVE)
    if not folder.is_dir():
        _progress(f"there is no archive in {folder}: what was archived elsewhere is not in this backup")
        return {}
    return {ARCHIVE: folder}


async def _take_of_folder(directory: Path, store: Path, beside: dict[str, Path]) -> Manifest:
    async with _served(store) as connection:
        return await backup(connection, directory, _progress, beside)


async def _take_of_bus(directory: Path, nats_url: str, beside: dict[str, Path]) -> Manifest:
    async with _connected(nats_url) as connection:
        return await backup(connection, directory, _progress, beside)


async def _put_onto_bus(directory: Path, nats_url: str, *, replace: bool) -> Manifest:
    async with _connected(nats_url) as connection:
        return await restore(connection, directory, _progress, replace=replace)


async def _put_into_folder(directory: Path, data_dir: Path, *, replace: bool) -> Manifest:
    store, fresh = data_dir / STORE, data_dir / f"{STORE}.restoring"
    for folder in (store, fresh):
        _refuse_served(folder)
    if (store / "jetstream").exists() and not replace:
        raise InquestError(f"{store} is not empty: choose another --data-dir, or give --replace, which moves it aside")
    shutil.rmtree(fresh, ignore_errors=True)  # of a restore that was killed
    try:
        async with _served(fresh) as connection:
            manifest = await restore(connection, directory, _progress)
        _copy_archive(directory, data_dir / f"{ARCHIVE}.restoring")
        mark = f"old-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        for name in (INDEX, STORE, ARCHIVE):  # an index of other streams would hide new messages behind old sequences
            if (data_dir / name).exists():
                (data_dir / name).rename(data_dir / f"{name}.{mark}")
                _progress(f"{data_dir / name} is now {name}.{mark}")
        (data_dir / f"{ARCHIVE}.restoring").rename(data_dir / ARCHIVE)
        fresh.rename(store)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return manifest


def _copy_archive(directory: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(mode=0o700)
    if (directory / ARCHIVE).is_dir():
        shutil.copytree(directory / ARCHIVE, target, dirs_exist_ok=True)


def _refuse_served(store: Path) -> None:
    """Raise InquestError while a nats-server, ours or one that outlived us, works on a store."""
    lock = store / "lock"
    if not lock.exists():
        return
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InquestError(f"a nats-server works on {store}: stop `inquest up` first") from error


@asynccontextmanager
async def _served(store: Path) -> AsyncIterator[Connection]:
    server = NatsServer(store)
    await server.start()
    try:
        async with _connected(server.url) as connection:
            yield connection
    finally:
        await server.stop()


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Connection]:
    bus = operator_bus(url)
    await bus.connect(CONNECT_S_MAX)
    try:
        yield bus.connection
    finally:
        await bus.close()
