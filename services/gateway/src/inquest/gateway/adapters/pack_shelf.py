"""Incident packs that are open."""

from collections import OrderedDict
from pathlib import Path
from threading import Lock

from inquest.packs import Pack, open_pack

_Stamp = tuple[tuple[str, int, int], ...]


class OpenedPack:
    """A pack with the lock under which its files are read: two threads would only parse the same file twice."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.lock = Lock()


class PackShelf:
    """Packs that were opened lately, `packs_max` at most; one whose files have changed is opened anew."""

    def __init__(self, packs_max: int) -> None:
        self._packs_max = packs_max
        self._opened: OrderedDict[tuple[Path, _Stamp], OpenedPack] = OrderedDict()
        self._lock = Lock()

    def get(self, path: Path) -> OpenedPack:
        """Return the pack. Raises PackError; reads `pack.yaml` and `signal.json` on a miss."""
        key = (path, _stamp(path))
        with self._lock:
            opened = self._opened.get(key)
            if opened is None:
                opened = self._opened[key] = OpenedPack(open_pack(path))
            self._opened.move_to_end(key)
            while len(self._opened) > self._packs_max:
                self._opened.popitem(last=False)
        return opened


def _stamp(path: Path) -> _Stamp:
    try:
        found = [(entry.name, entry.stat()) for entry in path.iterdir()]
    except OSError:
        return ()  # open_pack says what is wrong
    return tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in found))
