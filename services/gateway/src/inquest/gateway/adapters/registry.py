"""Finds the provider of a kind by its name; its module is imported when a configuration first names it."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from inquest.contracts.errors import Impossible
from inquest.gateway.adapters.kit import Kit
from inquest.gateway.ports import Provider

GROUP = "inquest.providers"
_PACKAGE = "inquest.gateway.adapters"


@cache
def builder(kind: str) -> Callable[[Any, Kit], Provider]:
    """Return `build` of `adapters/<kind>.py`, or of an installed package's entry point. Raises Impossible."""
    name = f"{_PACKAGE}.{kind.replace('-', '_')}"
    try:
        found: Callable[[Any, Kit], Provider] = import_module(name).build
    except ModuleNotFoundError as error:
        if error.name != name:
            raise Impossible(f"provider {kind} needs {error.name}, which is not installed") from error
    else:
        return found
    entries = entry_points(group=GROUP, name=kind)
    if not entries:
        raise Impossible(f"there is no provider {kind}: neither {name} nor an entry point of {GROUP}")
    loaded: Callable[[Any, Kit], Provider] = next(iter(entries)).load()
    return loaded
