"""Which ledger a process uses."""

from pathlib import Path
from typing import TYPE_CHECKING

from inquest.bus.port import BusPort, KeyValue
from inquest.contracts.errors import InquestError
from inquest.ledger.nats import BusLedger
from inquest.ledger.port import Ledger

if TYPE_CHECKING:
    from inquest.ledger.redis import RedisLedger

SCHEMES = ("redis://", "rediss://")


def open_ledger(url: str, password_file: Path | None, bus: BusPort, kv: KeyValue) -> Ledger:
    """Return the ledger of an address: empty means the bus. Nothing is connected yet. Raises InquestError."""
    return open_redis(url, password_file) if url else BusLedger(bus, kv)


def open_redis(url: str, password_file: Path | None) -> "RedisLedger":
    """Return the ledger of a Redis address. Nothing is connected yet. Raises InquestError."""
    if not url.startswith(SCHEMES):
        raise InquestError("INQUEST_LEDGER_URL must be empty (the bus) or begin with redis:// or rediss://")
    try:
        from inquest.ledger.redis import RedisLedger  # noqa: PLC0415 - who uses the bus does not load it
    except ImportError as error:
        raise InquestError(
            f"the ledger is on Redis, and its client is missing ({error}): run `make install`"
        ) from error
    return RedisLedger(url, password_file)
