"""Changes what lies in a bucket under one key."""

from collections.abc import Callable
from typing import TypeVar

from inquest.bus.port import KeyValue
from inquest.contracts.errors import Conflict
from inquest.contracts.latest import Message

TRIES_MAX = 8  # of a compare-and-set that others win
StateT = TypeVar("StateT", bound=Message)


async def changed(bucket: KeyValue, key: str, model: type[StateT], change: Callable[[StateT], StateT]) -> StateT:
    """Change a value by compare-and-set, and return it. Raises Conflict when others keep winning."""
    for tries_left in reversed(range(TRIES_MAX)):
        entry = await bucket.get(key)
        state = change(model.model_validate_json(entry.value) if entry else model())
        value = state.model_dump_json().encode()
        try:
            await (bucket.update(key, value, entry.revision) if entry else bucket.create(key, value))
        except Conflict:
            if not tries_left:
                raise
        else:
            return state
    raise AssertionError("the last try returns or raises")
