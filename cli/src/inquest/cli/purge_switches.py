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
    entry = await bus.kv(GATEWAY_SWITCHES).get(BOOK_KEY)
    book = decode(entry.value, SwitchBook) if entry else SwitchBook()
    return sum(one.tenant == tenant for one in book.switches)


async def forget_switches(bus: Bus, tenant: str) -> None:
    """Write the book without a tenant, and drop what it was before. Raises Conflict, RetryLater, Impossible."""
    kv = bus.kv(GATEWAY_SWITCHES)
    for _ in range(_TRIES_MAX):
        entry = await kv.get(BOOK_KEY)
        if entry is None:
            return
        book = decode(entry.value, SwitchBook)
        rest = tuple(one for one in book.switches if one.tenant != tenant)
        try:
            await kv.update(BOOK_KEY, encode(book.model_copy(update={"switches": rest})).data, entry.revision)
        except Conflict:
            continue
        await keep_newest(bus.connection, f"KV_{GATEWAY_SWITCHES.name}", f"$KV.{GATEWAY_SWITCHES.name}.{BOOK_KEY}")
        return
    raise Conflict("the switches changed meanwhile, again and again; purge again")
