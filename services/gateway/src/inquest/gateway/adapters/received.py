"""Serves the changes that a tenant's sources have reported: what came in through the doors."""

from datetime import UTC, datetime, timedelta

from inquest.bus.port import BusPort
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import ChangesResponse, Domain, Query
from inquest.contracts.subjects import CHANGE_RECEIVED
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.ranges import ranges
from inquest.gateway.domain.received import changes_of
from inquest.gateway.ports import NotServed, ProviderFailed

SKEW_S = 3600  # a change is stored after it happened, but for clocks that are wrong


class ReceivedProvider:
    """The changes of one tenant, from the stream SIGNALS. It keeps them for as long as its age limit says."""

    def __init__(self, tenant: str, bus: BusPort) -> None:
        self._tenant = tenant
        self._bus = bus

    async def fetch(self, domain: Domain, query: Query) -> Fetched:
        """See Provider."""
        if domain not in {"changes", "flags"}:
            raise NotServed(f"what came in through the doors has no {domain}")
        asked = ranges(query)
        if not asked:
            return Fetched(ChangesResponse(), "nothing")
        start, end = (datetime.fromtimestamp(at, UTC) for at in (asked[0].start, asked[-1].end))
        since = start - timedelta(seconds=SKEW_S)
        try:
            stored = await self._bus.read(CHANGE_RECEIVED, since=since, tenant=self._tenant)
        except InquestError as error:
            raise ProviderFailed(f"the changes received could not be read: {error}") from error
        changes, cut = changes_of((one.message for one in stored), query, flags=domain == "flags")
        partial = f"more than {query.rows_max} changes: {cut} older ones were left out" if cut else ""
        return Fetched(
            ChangesResponse(changes=changes),
            f"{domain} received of {self._tenant} where {start.isoformat()} ≤ time < {end.isoformat()}",
            problems=(partial,) if partial else (),
            partial=partial,
        )

    async def ping(self) -> None:
        """See Provider. The bus is what every service lives on; its own health tells more than a read of ours."""
