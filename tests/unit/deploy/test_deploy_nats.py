"""The servers' configuration: durable acks, one user per service, the generated allow-lists."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from inquest.bus.server import binary
from inquest.contracts.streams import STREAMS
from inquest.contracts.topology import SERVICES

ROOT = Path(__file__).resolve().parents[3]
FILES = (ROOT / "deploy/nats/nats.conf", ROOT / "deploy/k8s/base/nats/nats.conf")
GIB = 1024**3


def test_every_service_is_a_user_with_its_generated_permissions() -> None:
    text = (ROOT / "deploy/nats/users.conf").read_text()
    users = re.findall(r"user: (\w+), password: \$(\w+)(?:, permissions: \{ include (\S+) \})?", text)
    assert {(name, variable, include) for name, variable, include in users if name != "cli"} == {
        (name, f"NATS_PASSWORD_{name.upper()}", f"permissions/{name}.json") for name in SERVICES
    }


@pytest.mark.parametrize("path", FILES, ids=("compose", "cluster"))
def test_an_ack_means_durable_and_the_streams_fit(path: Path) -> None:
    text = path.read_text()
    assert re.search(r"^\s*sync_interval: always$", text, re.MULTILINE)
    assert "max_payload: 2MB" in text
    store = re.search(r"max_file_store: (\d+)GB", text)
    assert store
    assert int(store[1]) * 10**9 > sum(stream.bytes_max for stream in STREAMS)


@pytest.mark.parametrize("path", FILES, ids=("compose", "cluster"))
def test_nats_server_accepts_it(path: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "deploy/nats", tmp_path / "nats")
    shutil.copytree(ROOT / "contracts/permissions", tmp_path / "nats/permissions")
    folder = tmp_path / "cluster"
    folder.mkdir()
    place = tmp_path / "nats/nats.conf" if path is FILES[0] else folder / "nats.conf"
    shutil.copy(path, place)
    env = {f"NATS_PASSWORD_{name.upper()}": "p1" for name in ("cli", *SERVICES)} | {"POD_NAME": "nats-0"}
    done = subprocess.run(
        [binary(), "-t", "-c", place], env=env, capture_output=True, text=True, check=False, timeout=20
    )
    assert done.returncode == 0, done.stderr
