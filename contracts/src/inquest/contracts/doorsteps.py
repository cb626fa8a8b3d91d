"""Where what a tenant's outside producers send waits for intake, in a stream of that tenant (ADR 0019)."""

from inquest.contracts import subjects as s
from inquest.contracts.streams import Stream
from inquest.contracts.topology import Consumer

# What outside producers of one tenant publish to `ingest.<source>.<tenant>` in an account of their own comes in under
# this prefix, into a stream of that tenant, until intake has taken it into INGEST (ADR 0019).
DOORSTEP_PREFIX = s.DOORSTEP_DELIVERY.name
DOORSTEP_DURABLE = "intake-outside"
DOORSTEP_KEEPER = "intake"
DOORSTEP_BYTES_MAX = 64 * 1024**2


def doorstep(tenant: str, bytes_max: int = DOORSTEP_BYTES_MAX) -> Stream:
    """Return the stream of what a tenant's producers sent and intake has not yet taken."""
    return Stream(
        f"INGEST-{tenant}",
        (s.DOORSTEP_DELIVERY.pattern(tenant=tenant),),
        "work-queue",
        discard="new",
        bytes_max=bytes_max,
        why="what outside producers of one tenant sent, until intake has taken it",
    )


def doorstep_consumer(tenant: str) -> Consumer:
    """Return the durable with which intake takes it."""
    stream = doorstep(tenant)
    # Given up, a delivery would be nowhere but in a dead letter, in plain text: it waits until it can be sealed.
    return Consumer(DOORSTEP_DURABLE, stream.name, DOORSTEP_KEEPER, stream.subjects, deliver_max=1_000_000)
