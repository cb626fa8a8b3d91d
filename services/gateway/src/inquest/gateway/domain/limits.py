"""Whether an investigation may make one more call."""


def refusal(calls: int, calls_max: int, size_bytes: int, bytes_max: int) -> str | None:
    """Return why a call is refused, or None.

    Args:
        calls: calls of the investigation, this one included.
        calls_max: its limit.
        size_bytes: bytes read by it so far. The call that crosses the limit is served, the next is refused:
            what a provider will answer is known only once it has.
        bytes_max: its limit.
    """
    if calls > calls_max:
        return f"over budget: the investigation may make {calls_max} calls"
    if size_bytes >= bytes_max:
        return f"over budget: the investigation has read {size_bytes} bytes of {bytes_max}"
    return None
