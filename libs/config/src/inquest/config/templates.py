"""Payload templates for senders that have none of their own; `inquest sources template NAME` prints one."""

from importlib.resources import files

from inquest.contracts.errors import NotFound

NAMES = ("datadog",)


def template(source: str) -> str:
    """Return what to paste into the sender. Raises NotFound for a source that needs no template."""
    if source not in NAMES:
        raise NotFound(f"{source} sends a payload of its own; there are templates for {', '.join(NAMES)}")
    return (files("inquest.config") / f"template-{source}.json").read_text(encoding="utf-8")
