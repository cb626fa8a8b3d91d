"""What a person can do about an error of the machine itself."""

import errno

_HINTS = {
    errno.ENOSPC: "free disk space",
    errno.EDQUOT: "free disk space",
    errno.EROFS: "choose a folder that can be written, with --data-dir or --out",
    errno.EACCES: "choose a folder that you may use, with --data-dir or --out",
    errno.EPERM: "choose a folder that you may use, with --data-dir or --out",
    errno.ENOTDIR: "a file lies where a folder is wanted: choose another, with --data-dir or --out",
    errno.EMFILE: "allow more open files (ulimit -n)",
}


def explain(error: OSError) -> str:
    """Return one line that names the file and what to do."""
    what = error.strerror or str(error) or type(error).__name__
    where = f"{error.filename}: " if error.filename else ""
    hint = _HINTS.get(error.errno or 0)
    return f"{where}{what}" + (f"; {hint}" if hint else "")
