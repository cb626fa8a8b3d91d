"""The validation handshake of CloudEvents, "HTTP 1.1 Web Hooks for Event Delivery" 1.0.2, section 4."""

from collections.abc import Mapping

ORIGIN_CHARS_MAX = 255


def grant(headers: Mapping[str, str], rate_per_minute_max: int) -> dict[str, str]:
    """Return the headers that allow the asking origin to deliver; none for a request that asks nothing.

    Args:
        headers: of the OPTIONS request, by lower-case name.
        rate_per_minute_max: requests per minute that are granted at most; fewer where fewer are asked for.
    """
    origin = headers.get("webhook-request-origin", "").strip()
    if not origin or len(origin) > ORIGIN_CHARS_MAX or not origin.isascii() or not origin.isprintable():
        return {}
    asked = headers.get("webhook-request-rate", "").strip()
    is_number = asked.isascii() and asked.isdigit() and len(asked) < 10  # "*" asks for as much as there is
    rate = min(max(int(asked), 1), rate_per_minute_max) if is_number else rate_per_minute_max
    return {"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": str(rate)}
