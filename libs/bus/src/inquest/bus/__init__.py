"""The only door to NATS: publish, handle, request, settle."""

from inquest.bus.port import (
    AlreadyRecorded,
    BatchHandler,
    BusPort,
    Delivery,
    Entry,
    Handler,
    KeyValue,
    Objects,
    Outgoing,
    Published,
    Replier,
    Stored,
)

__all__ = [
    "AlreadyRecorded",
    "BatchHandler",
    "BusPort",
    "Delivery",
    "Entry",
    "Handler",
    "KeyValue",
    "Objects",
    "Outgoing",
    "Published",
    "Replier",
    "Stored",
]
