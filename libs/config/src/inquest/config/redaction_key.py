"""The key of an embedded run's pseudonyms, for tenants whose section names none."""

import secrets
from contextlib import suppress
from pathlib import Path

from inquest.config.keyring import write_text

REDACTION_KEY_FILE = Path("secrets/redaction-key")  # in a data directory
KEY_CHARS_MIN = 16  # of a key's text; shorter ones can be guessed from the marks
_KEY_BYTES = 32


def begin_redaction_key(data_dir: Path) -> Path:
    """Make the key where there is none yet; returns its file. Raises OSError."""
    path = data_dir / REDACTION_KEY_FILE
    if not path.exists():
        with suppress(FileExistsError):  # another process was first, and there is one
            write_text(path, secrets.token_hex(_KEY_BYTES) + "\n", fresh=True)
    return path
