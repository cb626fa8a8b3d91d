"""Builders of signals and catalogues, for tests of correlation. One map: frontend, checkout, payments, db; search."""

from datetime import UTC, datetime, timedelta
from typing import Any

from inquest.config import Catalogue
from inquest.config.tenant import CatalogueConfig
from inquest.contracts.message import derive_id
from inquest.contracts.v1.signal import Signal

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SEVERITIES = ("info", "low", "medium", "high", "critical")


def catalogue(**dependencies: str) -> Catalogue:
    """Return a catalogue: `checkout="cart payments"` calls both."""
    names = dict.fromkeys([*dependencies, *(name for text in dependencies.values() for name in text.split())])
    services = [{"service_id": name, "dependencies": dependencies.get(name, "").split()} for name in names]
    return Catalogue(CatalogueConfig.model_validate({"services": services}))


SHOP = catalogue(frontend="checkout search", checkout="cart payments", payments="db", search="index", mail="", cart="")


def signal(
    name: str,
    at_s: float = 0,
    key: str = "",
    services: str = "checkout",
    received_s: float | None = None,
    **extra: Any,
) -> Signal:
    """Return an alert; the names of its services are one text."""
    values: dict[str, Any] = {
        "signal_id": derive_id(name),
        "tenant": "acme",
        "source": "generic",
        "kind": "alert",
        "occurred_at": NOW + timedelta(seconds=at_s),
        "received_at": NOW + timedelta(seconds=at_s if received_s is None else received_s),
        "title": f"signal {name}",
        "dedup_key": key,
        "services": tuple(services.split()),
    }
    return Signal(**(values | extra))


def resolution(name: str, at_s: float, key: str, **extra: Any) -> Signal:
    """Return the end of an alert."""
    return signal(name, at_s, key, kind="resolution", **extra)
