"""All kinds of provider that inquest.yaml may name: the modules of `kinds`, and those of installed packages.

A package of its own offers a kind by an entry point of the group `inquest.provider_settings` that leads to a subclass
of ProviderSettings; the gateway finds the provider itself under the group `inquest.providers` (ADR 0024).
"""

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from inspect import isclass
from typing import TYPE_CHECKING, Annotated, Any, Union

from pydantic import Field

from inquest.config import kinds
from inquest.config.provider_section import ProviderSettings

GROUP = "inquest.provider_settings"


def _found() -> Iterator[type[ProviderSettings]]:
    for module in sorted(pkgutil.iter_modules(kinds.__path__), key=lambda one: one.name):
        for value in vars(import_module(f"{kinds.__name__}.{module.name}")).values():
            if isclass(value) and issubclass(value, ProviderSettings) and value is not ProviderSettings:
                yield value
    for entry in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        yield entry.load()


def _kind_of(settings: type[ProviderSettings]) -> str:
    (kind,) = settings.model_fields["kind"].annotation.__args__  # type: ignore[union-attr]
    return str(kind)


KINDS: Mapping[str, type[ProviderSettings]] = {_kind_of(one): one for one in _found()}

if TYPE_CHECKING:
    Provider = ProviderSettings
else:
    Provider: Any = Annotated[Union[tuple(KINDS.values())], Field(discriminator="kind")]  # noqa: UP007 - only known now
