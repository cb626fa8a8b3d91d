"""What the labels of an alert mean, by the tenant's rules: its services, its severity, whether it is a heartbeat."""

from collections.abc import Mapping
from typing import Any

from inquest.config.source_mapping import LabelRules
from inquest.contracts.v1.signal import Severity
from inquest.intake.domain.payload import NAME_CHARS_MAX
from inquest.intake.domain.severity import severity_of


def texts(labels: Any) -> dict[str, str]:
    """Return the labels that have a plain value, as text; anything but an object has none."""
    if not isinstance(labels, Mapping):
        return {}
    plain = {str(key): value for key, value in labels.items() if isinstance(value, str | int | float)}
    return {key: str(value) for key, value in plain.items() if value != ""}


def services(labels: Mapping[str, str], rules: LabelRules) -> tuple[tuple[str, ...], ...]:
    """Return the one service that the labels name, with every name they have for it, best first."""
    names = tuple(dict.fromkeys(labels[name][:NAME_CHARS_MAX] for name in rules.services if labels.get(name)))
    return (names,) if names else ()


def severity(labels: Mapping[str, str], rules: LabelRules) -> Severity | None:
    """Return what the first label that tells a severity says: by the tenant's own words, or the usual ones."""
    own = {word.casefold(): meant for word, meant in rules.severity_values.items()}
    said = (
        own.get(labels[name].casefold()) or severity_of(labels[name]) for name in rules.severities if name in labels
    )
    return next((one for one in said if one), None)


def ignored(labels: Mapping[str, str], rules: LabelRules) -> str:
    """Return why no signal is made of an alert with these labels; empty when one is."""
    found = next((name for name, values in rules.ignore.items() if labels.get(name) in values), None)
    return f"{found} {labels[found]} is in the source's labels.ignore" if found else ""
