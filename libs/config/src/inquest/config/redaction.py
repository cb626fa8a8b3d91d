"""What of a tenant's telemetry is removed before it is stored or leaves, beside secrets, which always are."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field

from inquest.config.section import Name, SecretRef, Section
from inquest.contracts.errors import Impossible
from inquest.contracts.redaction import Policy, Redactor
from inquest.contracts.redaction.own import PATTERN_CHARS_MAX, own_rule


def _readable(pattern: str) -> str:
    try:
        own_rule("own", pattern)
    except Impossible as error:
        raise ValueError(str(error)) from error
    return pattern


OwnPattern = Annotated[
    str, Field(min_length=1, max_length=PATTERN_CHARS_MAX, examples=["CUST-\\d{8}"]), AfterValidator(_readable)
]
"""A regular expression in RE2 syntax. A group named `kept` stays in front of what is removed."""


class RedactionConfig(Section):
    """What is removed, and whether the same value keeps the same mark."""

    personal: bool = Field(
        default=True,
        description="Remove what tells of people: e-mail addresses; names, telephone, account and identity "
        "numbers, dates of birth and addresses in fields that hold them.",
    )
    addresses: bool = Field(default=False, description="Remove IP addresses.")
    patterns: dict[Name, OwnPattern] = Field(
        default_factory=dict, max_length=50, description="Patterns of one's own by the name that the mark shows."
    )
    key: SecretRef | None = Field(
        default=None,
        description="Makes pseudonyms: the same value has the same mark, as [redacted:email#1f6c2a90]. "
        "Without it a mark names the kind alone. 16 characters or more; a new key gives new marks.",
    )

    def redactor(self, resolve: Callable[[str], str]) -> Redactor:
        """Return what removes it. Raises what `resolve` raises where the key cannot be read."""
        own = tuple(own_rule(name, pattern) for name, pattern in self.patterns.items())
        key = resolve(self.key).encode() if self.key else b""
        return Redactor(Policy(personal=self.personal, addresses=self.addresses, own=own, key=key))
