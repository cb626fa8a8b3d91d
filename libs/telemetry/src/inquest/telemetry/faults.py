"""A fault of ours gets an id: the caller is told the id alone, the log has the rest."""

import secrets
from typing import Any


def report(log: Any, event: str, error: BaseException, **fields: Any) -> str:
    """Log an error with its stack under a new id, which is returned for the caller: 16 hex digits."""
    fault = secrets.token_hex(8)
    log.error(event, error_id=fault, exc_info=error, **fields)
    return fault
