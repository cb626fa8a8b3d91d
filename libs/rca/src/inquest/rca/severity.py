"""How bad a log line is."""

import re

_BAD_SEVERITY = frozenset(
    {"error", "err", "fatal", "critical", "crit", "alert", "emerg", "emergency", "severe", "panic"}
)
_WARN_SEVERITY = frozenset({"warn", "warning"})
FAILED = re.compile(
    r"\b(?:error|fail|exception|panic|fatal|refused|denied|timeout|timed out|unavailable|exceeded|killed|crash)",
    re.IGNORECASE,
)


def severity_of(severity: str, message: str) -> int:
    """0 normal, 1 warning, 2 error; without a severity the words decide."""
    lowered = severity.lower()
    if lowered in _BAD_SEVERITY:
        return 2
    if lowered in _WARN_SEVERITY:
        return 1
    return 2 if not lowered and FAILED.search(message) else 0
