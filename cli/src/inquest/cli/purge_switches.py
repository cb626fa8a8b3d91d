"""What a tenant switched, taken out of the book that all tenants share, and out of what that book was before."""

from inquest.bus.bus import Bus
from inquest.bus.erase import keep_newest
from inquest.contracts.errors import Conflict
from inquest.contracts.latest import SwitchBook
from inquest.contracts.payloads import decode, encode
from inquest.contracts.topology import GATEWAY_SWITCHES
from inquest.contracts.v1.switching import BOOK_KEY

_TRIES_MAX = 8  # of a compare-and-set that gateways win


async def switches_of(bus: Bus, tenant: str) -> int:
    """Return how many domains of a tenant are in the book. Raises RetryLater, Impossible."""
    book, _ = await _book(bus)
    return sum(one.tenant == tenant for one in book.switches)


async def forget_switches(bus: Bus, tenant: str) -> None:
    """Write the book without a tenant, and drop what it was before. Raises Conflict, RetryLater, Impossible."""
    for _ in range(_TRIES_MAX):
        book, revision = await _book(bus)
        if not revision:
            return
        rest = tuple(one for one in book.switches if one.tenant != tenant)
        try:
            data = encode(book.model_copy(update={"switches": rest})).data
            await bus.kv(GATEWAY_SWITCHES).update(BOOK_KEY, data, revision)
        except Conflict:
            continue
        await keep_newest(bus.connection, f"KV_{GATEWAY_SWITCHES.name}", f"$KV.{GATEWAY_SWITCHES.name}.{BOOK_KEY}")
        return
    raise Conflict("the switches changed meanwhile, again and again; purge again")


async def _book(bus: Bus) -> tuple[SwitchBook, int]:
    """Return the book with its revision; an empty one and 0 where there is none."""
    entry = await bus.kv(GATEWAY_SWITCHES).get(BOOK_KEY)
    return (decode(entry.value, SwitchBook), entry.revision) if entry else (SwitchBook(), 0)
