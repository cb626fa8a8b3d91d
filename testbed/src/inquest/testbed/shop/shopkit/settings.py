"""What a process is told: its environment, its configuration file, and the feature flags."""

import os
import time
from pathlib import Path
from typing import Any

import yaml

RELOAD_S = 0.5


class WatchedFile:
    """A YAML mapping that is read again when its file changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._content: dict[str, Any] = {}
        self._seen: tuple[int, int] | None = None
        self._next_look = 0.0

    def read(self) -> dict[str, Any]:
        """Return the present content; looks at the file at most every `RELOAD_S`."""
        if (now := time.monotonic()) >= self._next_look:
            self._next_look = now + RELOAD_S
            told = self._path.stat()
            if (seen := (told.st_mtime_ns, told.st_size)) != self._seen:
                self._content = yaml.safe_load(self._path.read_text()) or {}
                self._seen = seen
        return self._content


SERVICE = os.environ.get("SHOP_SERVICE", "shop")
VERSION = os.environ.get("SHOP_VERSION", "dev")
NODE = os.environ.get("SHOP_NODE", "")
NODE_MEMBERS = Path(os.environ["SHOP_NODE_MEMBERS"]) if NODE else None
TELEMETRY_DIR = Path(os.environ.get("SHOP_TELEMETRY", "."))
INSTRUMENTED = os.environ.get("SHOP_INSTRUMENTED", "1") == "1"
METRICS_S = int(os.environ.get("SHOP_METRICS_S", "1"))
TRACE_RATIO = float(os.environ.get("SHOP_TRACE_RATIO", "1"))
PORT = int(os.environ.get("SHOP_PORT", "0"))

_config = WatchedFile(Path("config") / f"{SERVICE}.yaml")
_world = WatchedFile(Path(os.environ.get("SHOP_WORLD", "world.yaml")))


def config() -> dict[str, Any]:
    """Return the service's configuration."""
    return _config.read()


def flag(name: str) -> bool:
    """Say whether a feature flag is on; an unknown one is off."""
    return bool(_world.read().get("flags", {}).get(name, False))


def address(peer: str) -> str:
    """Return host:port of another process."""
    return str(_world.read()["addresses"][peer])


def world(key: str, default: Any) -> Any:
    """Return a value of the surroundings: the load, the delay of a third party."""
    return _world.read().get(key, default)
