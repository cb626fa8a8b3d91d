"""Generate, check and release the documents that follow from the contracts. Run as `python -m scripts.contracts`.

generate   write everything that follows from the models and the table
check      fail with the names of files that differ, on bad protobuf style, and on breaking changes
breaking   only the breaking changes since the last release
release    make the present contracts the ones that later changes may not break
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from inquest.bus.docs import asyncapi
from inquest.contracts.latest import Message
from inquest.contracts.permissions import permissions
from inquest.contracts.topology import SERVICES

from scripts.contracts_compat import breaks
from scripts.contracts_proto import messages, mirrored, proto_file, read_lock, write_lock
from scripts.contracts_protoc import generate_python
from scripts.contracts_tables import with_tables

ROOT = Path(__file__).resolve().parent.parent
PROTO = Path("contracts/proto")
LOCK = PROTO / "fields.lock.json"
PAGE = Path("docs/bus.md")
SAMPLES = Path("tests/contracts/samples")
SCHEMAS = Path("contracts/schemas/v1")
PYTHON = Path("contracts/src/inquest/contracts/proto/v1")
OWNED = (SCHEMAS, Path("contracts/asyncapi"), Path("contracts/permissions"), PYTHON)  # nothing else lives there
PROTO_BASELINE = PROTO / "baseline.binpb"
SCHEMA_BASELINE = Path("contracts/schemas/baseline.json")


def build(root: Path, out: Path) -> None:
    """Write all generated files below `out`, from the models and what is committed below `root`."""
    lock = read_lock((root / LOCK).read_text(encoding="utf-8"))
    _write(out / PROTO / "inquest/v1/messages.proto", proto_file(mirrored(), lock))
    _write(out / LOCK, write_lock(lock))
    shutil.copy(root / PROTO / "inquest/v1/services.proto", out / PROTO / "inquest/v1/services.proto")
    generate_python(out / PROTO, out / PYTHON)
    for name, schema in schemas().items():
        _write(out / SCHEMAS / f"{name}.json", _json(schema))
    for service in SERVICES:
        _write(out / "contracts/asyncapi" / f"{service}.json", _json(asyncapi(service)))
        _write(out / "contracts/permissions" / f"{service}.json", _json(permissions(service).as_nats()))
    _write(out / PAGE, with_tables((root / PAGE).read_text(encoding="utf-8"), root / SAMPLES))


def schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of every message, by name."""
    return {model.__name__: _schema(model) for model in messages()}


def _schema(model: type[Message]) -> dict[str, Any]:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema(mode="validation")}


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def differing(root: Path, fresh: Path) -> list[Path]:
    """Return the relative paths whose content is missing, stale or no longer generated."""
    made = {path.relative_to(fresh) for path in fresh.rglob("*") if path.is_file()}
    kept = {path.relative_to(root) for owned in OWNED for path in (root / owned).glob("*") if path.is_file()}
    return sorted(path for path in made | kept if _bytes(fresh / path) != _bytes(root / path))


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def generate() -> int:
    """Bring the committed files up to date."""
    with tempfile.TemporaryDirectory() as name:
        fresh = Path(name)
        build(ROOT, fresh)
        for path in differing(ROOT, fresh):
            if (fresh / path).is_file():
                (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(fresh / path, ROOT / path)
            else:
                (ROOT / path).unlink()
            print(f"updated {path}")
    return 0


def check() -> int:
    """Return 1 and say why when something is stale, badly styled or breaking."""
    with tempfile.TemporaryDirectory() as name:
        build(ROOT, Path(name))
        stale = differing(ROOT, Path(name))
    for path in stale:
        print(f"{path} does not follow from the models and the table; run `make contracts`", file=sys.stderr)
    styled = _buf("lint") | _buf("format", "--diff", "--exit-code")
    return 1 if stale or styled or breaking() else 0


def breaking() -> int:
    """Return 1 and name each change that the contracts of the last release do not allow."""
    found = breaks(json.loads((ROOT / SCHEMA_BASELINE).read_text(encoding="utf-8")), schemas())
    for sentence in found:
        print(f"{sentence}; v1 grows by optional fields only (docs/adding-a-message.md)", file=sys.stderr)
    return 1 if _buf("breaking", "--against", PROTO_BASELINE.name) or found else 0


def release() -> int:
    """Make what is here the baseline."""
    _write(ROOT / SCHEMA_BASELINE, _json(schemas()))
    return _buf("build", "--output", PROTO_BASELINE.name)


def _buf(*arguments: str) -> int:
    """Run buf on the .proto files; it needs no network, for they depend on nothing but protobuf's own types."""
    tool = Path(sys.executable).parent / "buf"
    return subprocess.run([tool, *arguments], cwd=ROOT / PROTO, check=False).returncode


COMMANDS: Mapping[str, Callable[[], int]] = {
    "generate": generate,
    "check": check,
    "breaking": breaking,
    "release": release,
}


def main(arguments: list[str]) -> int:
    """Run one command; anything else prints the usage and returns 2."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        print(__doc__, file=sys.stderr)
        return 2
    return COMMANDS[arguments[0]]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
