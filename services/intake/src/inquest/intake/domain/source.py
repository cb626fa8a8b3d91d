"""What a source is: how a delivery is read, what tells it from a repeat, and how it may prove where it comes from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inquest.config.sources import SourceConfig
from inquest.intake.domain.reading import Reading


@dataclass(frozen=True, slots=True)
class Delivered:
    """What goes with the body of a delivery.

    Attributes:
        headers: those that the source keeps, by lower-case name; empty for most deliveries from the bus.
        settings: the tenant's entry for this source.
        received_at: when the delivery was stored, or is being received.
    """

    headers: Mapping[str, str]
    settings: SourceConfig
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Source:
    """One source of signals; a file of `inquest.intake.domain.sources` each.

    Attributes:
        name: as in the URL, the subject and inquest.yaml.
        read: what a delivery says, one Reading per alert; raises Refused naming the field that is wrong.
            A delivery on which Inquest does not act is one Reading of kind None with a reason.
        replay: what tells a delivery from others of its source: a repeat has the same. None: its bytes.
        headers: names of the HTTP headers that `read` and `replay` need, kept with the raw delivery.
    """

    name: str
    read: Callable[[Any, Delivered], tuple[Reading, ...]]
    replay: Callable[[Any, Mapping[str, str]], str | None] = lambda _body, _headers: None
    headers: tuple[str, ...] = ()
