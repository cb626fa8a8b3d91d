"""Serves a recorded incident from its pack. The pack's answer, `inquest.packs.truth`, is never read here."""

import asyncio
from concurrent.futures import Executor

from inquest.config.kinds.pack import PackProvider as Config
from inquest.contracts.latest import DataSourceInterfaceContract, Domain, DomainRequest
from inquest.gateway.adapters.kit import Kit, interfaces
from inquest.gateway.adapters.pack_shelf import PackShelf
from inquest.gateway.adapters.pack_tables import SOURCES
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.ranges import ranges
from inquest.gateway.ports import Context, ProviderError
from inquest.packs import Pack, PackError
from inquest.packs.times import format_time


class PackProvider:
    """One pack. Files are parsed in the executor's threads: parsing takes seconds of CPU."""

    def __init__(self, config: Config, shelf: PackShelf, executor: Executor) -> None:
        self._config = config
        self._path = config.settings.path
        self._shelf = shelf
        self._executor = executor

    def describe(self) -> tuple[DataSourceInterfaceContract, ...]:
        """See Provider."""
        return interfaces(self._config, health_probe="the folder is there", cost="free")

    async def call(self, request: DomainRequest, context: Context) -> Fetched:
        """See Provider."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._read, context.domain, request)

    async def probe(self) -> None:
        """See Provider."""
        if not self._path.is_dir():
            raise ProviderError("not-found", f"{self._path}: no such pack")

    def _read(self, domain: Domain, request: DomainRequest) -> Fetched:
        source = SOURCES.get(domain)
        if source is None:
            raise ProviderError("unsupported", f"packs have no {domain}")
        try:
            opened = self._shelf.get(self._path)
        except (PackError, OSError) as error:
            raise ProviderError("not-found", str(error)) from error
        with opened.lock:  # also for what was found wrong, to which a thread that reads another file adds
            served = source.serve(opened.pack, request)
            problems = _problems(opened.pack, source.files)
        if not served.present:
            raise ProviderError("unsupported", f"this pack has no {domain}")
        return Fetched(
            response=served.response,
            query_text=_query_text(opened.pack, source.files, request),
            problems=problems + ((served.cut,) if served.cut else ()),
            partial=served.cut,
        )


def _problems(pack: Pack, files: tuple[str, ...]) -> tuple[str, ...]:
    """Return what is wrong with these files; mere notes (an unknown column) are for `inquest packs check`."""
    errors = (one for one in pack.problems if one.level == "error")
    return tuple(str(one) for one in errors if one.file.removesuffix(".gz") in files)


def _query_text(pack: Pack, files: tuple[str, ...], request: DomainRequest) -> str:
    times = " and ".join(f"{format_time(part.start)} ≤ time < {format_time(part.end)}" for part in ranges(request))
    services = f" of {', '.join(sorted(request.services))}" if request.services else ""
    there = [name for name in files if name not in pack.absent]
    return f"pack {pack.meta.id}: {' + '.join(there)}{services} where {times or 'nothing'}"


def build(config: Config, kit: Kit) -> PackProvider:
    """See Build."""
    return PackProvider(config, kit.shelf, kit.executor)
