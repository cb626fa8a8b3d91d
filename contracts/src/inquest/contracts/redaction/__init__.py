"""Secrets in telemetry are replaced by `[redacted:<kind>]` before anything is stored or leaves.

`redact` and its like find what nobody may see anywhere. A `Redactor` of a tenant also finds what tells of people,
what the tenant's own patterns describe, and can give each value a pseudonym.
"""

from inquest.contracts.redaction.redactor import Policy, Redactor

_SECRETS = Redactor(Policy(personal=False))

redact = _SECRETS.text
redact_all = _SECRETS.texts
redact_attributes = _SECRETS.attributes

__all__ = ["Policy", "Redactor", "redact", "redact_all", "redact_attributes"]
