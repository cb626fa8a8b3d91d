"""Serves the changes that a tenant's sources have reported: what came in through the doors."""

from datetime import UTC, datetime, timedelta

from inquest.bus.port import BusPort
from inquest.config.kinds.received import ReceivedProvider as Config
from inquest.contracts.errors import Impossible, InquestError
from inquest.contracts.latest import ChangesResponse, DataSourceInterfaceContract, DomainRequest, FlagsResponse
from inquest.contracts.subjects import CHANGE_RECEIVED
from inquest.gateway.adapters.kit import Kit, interfaces
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.pages import page
from inquest.gateway.domain.ranges import ranges
from inquest.gateway.domain.received import changes_of
from inquest.gateway.ports import Context, ProviderError

SKEW_S = 3600  # a change is stored after it happened, but for clocks that are wrong


class ReceivedProvider:
    """The changes of one tenant, from the stream SIGNALS. It keeps them for as long as its age limit says."""

    def __init__(self, config: Config, tenant: str, bus: BusPort) -> None:
        self._config = config
        self._tenant = tenant
        self._bus = bus

    def describe(self) -> tuple[DataSourceInterfaceContract, ...]:
        """See Provider."""
        return interfaces(self._config, health_probe="none: it is the bus", cost="free")

    async def call(self, request: DomainRequest, context: Context) -> Fetched:
        """See Provider."""
        domain = context.domain
        if domain not in {"changes", "flags"}:
            raise ProviderError("unsupported", f"what came in through the doors has no {domain}")
        model = FlagsResponse if domain == "flags" else ChangesResponse
        asked = ranges(request)
        if not asked:
            return Fetched(model(), "nothing")
        start, end = (datetime.fromtimestamp(at, UTC) for at in (asked[0].start, asked[-1].end))
        since = start - timedelta(seconds=SKEW_S)
        try:
            stored = await self._bus.read(CHANGE_RECEIVED, since=since, tenant=self._tenant)
        except InquestError as error:
            raise ProviderError("retryable", f"the changes received could not be read: {error}") from error
        found = changes_of((one.message for one in stored), request, flags=domain == "flags")
        paged = page(found, request, newest=True)
        partial = f"more than {request.rows_max} changes: {paged.left} older ones were left out" if paged.left else ""
        return Fetched(
            model(changes=list(paged.rows), next_cursor=paged.next_cursor, truncated=paged.left > 0),
            f"{domain} received of {self._tenant} where {start.isoformat()} ≤ time < {end.isoformat()}",
            problems=(partial,) if partial else (),
            partial=partial,
        )

    async def probe(self) -> None:
        """See Provider. The bus is what every service lives on; its own health tells more than a read of ours."""


def build(config: Config, kit: Kit) -> ReceivedProvider:
    """See Build."""
    if kit.bus is None:
        raise Impossible("what came in through the doors lies on the bus: this needs a running system")
    return ReceivedProvider(config, kit.tenant, kit.bus)
