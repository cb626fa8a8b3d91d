"""Settings as people may see them: references stay references, secrets do not show. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import SecretBytes, SecretStr

from inquest.contracts.redaction import redact

MASK = "***"
_REFERENCE = re.compile(r"none|env:[A-Za-z_][A-Za-z0-9_]*|file:/\S+")
_SECRET_NAME = re.compile(r"(password|passwd|secret|token|key|credential)s?$", re.IGNORECASE)
# Up to the last @: a password may hold one. That hides too much of some addresses, and never too little.
_USER_INFO = re.compile(r"(?<=://)[^\s,]*@")
_PARAMETER = re.compile(r"([?&;][^=&;\s]*(?:password|passwd|secret|token|key|sig)[^=&;\s]*=)[^&;\s#]+", re.IGNORECASE)


def masked_text(text: str) -> str:
    """Return a text without user and password of addresses, secret parameters, and known kinds of secrets."""
    return redact(_PARAMETER.sub(rf"\1{MASK}", _USER_INFO.sub(f"{MASK}@", text)))


def masked_setting(name: str, value: Any) -> str:
    """Return one setting as text. What is named as a reference and is none was meant to be one: it does not show."""
    if value is None:
        return ""
    if isinstance(value, SecretStr | SecretBytes) or (isinstance(value, str) and _SECRET_NAME.search(name)):
        return MASK if value else ""
    if name.endswith("_ref"):
        return value if _REFERENCE.fullmatch(str(value)) else MASK
    if isinstance(value, tuple | list | frozenset):
        return ",".join(masked_setting(name, item) for item in value)
    return masked_text(str(value))


def masked(value: Any) -> Any:
    """Return a JSON value with every text masked."""
    if isinstance(value, Mapping):
        return {key: masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked(item) for item in value]
    return masked_text(value) if isinstance(value, str) else value
