"""Files of API keys, from the keys themselves."""

from inquest.identity.keys import hashed_line


def hashed(lines: str) -> str:
    """Return lines `key role tenant [name]` as they stand in the file: with the hash of each key."""
    return "\n".join(hashed_line(line) for line in lines.splitlines()) + "\n"
