"""Serves a recorded incident from its pack. The pack's answer, `inquest.packs.truth`, is never read here."""

import asyncio
from collections import OrderedDict
from concurrent.futures import Executor
from pathlib import Path
from threading import Lock

from inquest.contracts.latest import Domain, Query
from inquest.gateway.adapters.pack_tables import SOURCES
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.ranges import ranges
from inquest.gateway.ports import NotServed, ProviderFailed
from inquest.packs import Pack, PackError, open_pack
from inquest.packs.times import format_time

DOMAINS: frozenset[Domain] = frozenset(SOURCES)

_Stamp = tuple[tuple[str, int, int], ...]


class _Opened:
    """A pack with the lock under which its files are read: two threads would only parse the same file twice."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.lock = Lock()


class PackShelf:
    """Packs that were opened lately, `packs_max` at most; one whose files have changed is opened anew."""

    def __init__(self, packs_max: int) -> None:
        self._packs_max = packs_max
        self._opened: OrderedDict[tuple[Path, _Stamp], _Opened] = OrderedDict()
        self._lock = Lock()

    def get(self, path: Path) -> _Opened:
        """Return the pack. Raises PackError; reads `pack.yaml` and `signal.json` on a miss."""
        key = (path, _stamp(path))
        with self._lock:
            opened = self._opened.get(key)
            if opened is None:
                opened = self._opened[key] = _Opened(open_pack(path))
            self._opened.move_to_end(key)
            while len(self._opened) > self._packs_max:
                self._opened.popitem(last=False)
        return opened


def _stamp(path: Path) -> _Stamp:
    try:
        found = [(entry.name, entry.stat()) for entry in path.iterdir()]
    except OSError:
        return ()  # open_pack says what is wrong
    return tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in found))


class PackProvider:
    """One pack. Files are parsed in the executor's threads: parsing takes seconds of CPU."""

    def __init__(self, path: Path, shelf: PackShelf, executor: Executor) -> None:
        self._path = path
        self._shelf = shelf
        self._executor = executor

    async def fetch(self, domain: Domain, query: Query) -> Fetched:
        """See Provider."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._read, domain, query)

    async def ping(self) -> None:
        """See Provider."""
        if not self._path.is_dir():
            raise ProviderFailed(f"{self._path}: no such pack")

    def _read(self, domain: Domain, query: Query) -> Fetched:
        source = SOURCES.get(domain)
        if source is None:
            raise NotServed(f"packs have no {domain}")
        try:
            opened = self._shelf.get(self._path)
        except (PackError, OSError) as error:
            raise ProviderFailed(str(error), passing=False) from error
        with opened.lock:
            served = source.serve(opened.pack, query)
        if not served.present:
            raise NotServed(f"this pack has no {domain}")
        cut = f"more than {query.rows_max} rows: {served.cut} were left out" if served.cut else ""
        return Fetched(
            response=served.response,
            query_text=_query_text(opened.pack, source.files, query),
            problems=_problems(opened.pack, source.files) + ((cut,) if cut else ()),
            partial=cut,
        )


def _problems(pack: Pack, files: tuple[str, ...]) -> tuple[str, ...]:
    """Return what is wrong with these files; mere notes (an unknown column) are for `inquest packs check`."""
    errors = (one for one in pack.problems if one.level == "error")
    return tuple(str(one) for one in errors if one.file.removesuffix(".gz") in files)


def _query_text(pack: Pack, files: tuple[str, ...], query: Query) -> str:
    times = " and ".join(f"{format_time(part.start)} ≤ time < {format_time(part.end)}" for part in ranges(query))
    services = f" of {', '.join(sorted(query.services))}" if query.services else ""
    there = [name for name in files if name not in pack.absent]
    return f"pack {pack.meta.id}: {' + '.join(there)}{services} where {times or 'nothing'}"
