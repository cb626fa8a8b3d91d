"""Several alerts in one delivery: one that is not understood takes none of the others with it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from inquest.intake.domain.reading import Reading, content_key, passed_over
from inquest.intake.domain.refusal import Refused

Read = Callable[[int, Any], tuple[Reading, ...]]


def several(items: Sequence[Any], one: Read, received_at: datetime) -> tuple[Reading, ...]:
    """Return the readings of each item, which `one` makes of its number and itself.

    What `one` refuses becomes a reading of kind None with the reason. Raises Refused where it refuses every item:
    a sender whose deliveries are all wrong must hear of it.
    """
    readings: list[Reading] = []
    refused: list[Refused] = []
    for number, item in enumerate(items):
        try:
            readings += one(number, item)
        except Refused as error:
            refused.append(error)
            readings.append(passed_over(content_key({"item": item}), received_at, error.message))
    if refused and len(refused) == len(items):
        raise refused[0]
    return tuple(readings) or (passed_over(content_key({"items": []}), received_at, "there are no alerts in it"),)
