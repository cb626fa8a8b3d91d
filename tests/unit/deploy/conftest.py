"""What the tests of deploy/ look at."""

import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
Documents = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture
def documents() -> Documents:
    """Reads all YAML documents of a file below the root."""
    return lambda path: [found for found in yaml.safe_load_all((ROOT / path).read_text()) if found]


@pytest.fixture
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return found


@pytest.fixture
def settings_of() -> Callable[[str], set[str]]:
    """The environment variables that a service reads."""

    def names(service: str) -> set[str]:
        settings = import_module(f"inquest.{service}.settings").Settings
        return {f"INQUEST_{field.upper()}" for field in settings.model_fields}

    return names


@pytest.fixture
def metric_names() -> set[str]:
    """Every series of our own: what the code declares, as Prometheus sees it."""
    declared = re.compile(r"(Counter|Gauge|Histogram)\(\s*\"(inquest_\w+)\"")
    suffixes = {"Counter": ("_total",), "Gauge": ("",), "Histogram": ("_bucket", "_sum", "_count")}
    found: set[str] = set()
    for path in (*ROOT.glob("libs/*/src/**/*.py"), *ROOT.glob("services/*/src/**/*.py")):
        for kind, name in declared.findall(path.read_text()):
            found |= {name + suffix for suffix in suffixes[kind]}
    return found
