"""The drill of docs/runbooks/rotate-raw-keys.md: its commands, as they stand, against a real `inquest up`."""

import asyncio
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from inquest.bus.topology import keep
from inquest.cli.operator_bus import operator_bus
from inquest.cli.scenario import Scenario, scenario
from inquest.testkit.lab import BUNDLED, ROOT

BIN = Path(sys.executable).parent
WAIT_S_MAX = 60.0
pytestmark = [pytest.mark.timeout(180), pytest.mark.slow]


def commands() -> list[str]:
    text = (ROOT / "docs/runbooks/rotate-raw-keys.md").read_text()
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines()]


def run(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    words = command.split()
    words[0] = str(BIN / "inquest") if words[0] == "inquest" else words[0]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=90, check=False)


def follow(folder: Path, command: str) -> str:
    done = run(folder, command)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@contextmanager
def up(folder: Path) -> Iterator[dict[str, str]]:
    """The running system, with its addresses; stopped with Ctrl-C."""
    options = ["--pack", str(BUNDLED), "--intake-port", "0", "--api-port", "0"]
    with subprocess.Popen([BIN / "inquest", "up", *options], cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while "Ctrl-C" not in process.stdout.readline():
            assert process.poll() is None
        try:
            yield json.loads((folder / "var/run/system.json").read_text())
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=WAIT_S_MAX) == 130


def page(folder: Path, addresses: dict[str, str], one: Scenario) -> None:
    secret = (folder / "var/secrets/webhook").read_text()
    url = f"{addresses['intake']}/webhooks/pagerduty/{one.tenant}"
    assert httpx.post(url, content=one.body, headers=one.headers(secret), timeout=30).status_code == 202


def kept(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(follow(folder, "inquest raw-keys list --json"))
    return found


def until_kept(folder: Path, *counts: int) -> list[dict[str, Any]]:
    give_up_at = time.monotonic() + WAIT_S_MAX
    lines = kept(folder)
    while [line["deliveries"] for line in lines] != list(counts):
        assert time.monotonic() < give_up_at, lines
        lines = kept(folder)
    return lines


async def age_out(folder: Path, addresses: dict[str, str]) -> None:
    """Let the days pass: the server deletes what is older than a second."""
    bus = operator_bus(addresses["nats"], folder / "var")
    await bus.connect()
    await keep(bus.connection, {"INGEST": 1.0, "deliveries": 1.0})
    await bus.close()


def test_rotate_raw_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INQUEST_RAW_KEYS_REF")  # it is the keyring of `inquest up` that is rotated
    look, rotate, copy, look_again, retire = commands()
    one = scenario(BUNDLED)
    with up(tmp_path) as addresses:
        page(tmp_path, addresses, one)
        (line,) = until_kept(tmp_path, 1)
        old = line["key_id"]
        assert f"{old}  current" in follow(tmp_path, look)
        assert "older ones still open" in follow(tmp_path, rotate)
        follow(tmp_path, copy)
        give_up_at = time.monotonic() + WAIT_S_MAX
        while kept(tmp_path)[1]["deliveries"] == 0:  # within a second it is taken up, and counts
            assert time.monotonic() < give_up_at
            page(tmp_path, addresses, one)
        told = follow(tmp_path, look_again).splitlines()
        assert len(told) == 2
        assert "current" in told[1]
        refused = run(tmp_path, retire.replace("KEY", old))
        assert refused.returncode == 1
        assert "it is needed until 20" in refused.stderr
        asyncio.run(age_out(tmp_path, addresses))
        until_kept(tmp_path, 0, 0)
        assert "is retired" in follow(tmp_path, retire.replace("KEY", old))
        assert [line["key_id"] for line in kept(tmp_path)] != [old]
        assert "nothing was changed" in follow(tmp_path, "inquest audit verify")
        assert old in (tmp_path / "raw-keys.copy").read_text()
    for line in (tmp_path / "var/inquest.log").read_text().splitlines():
        assert "raw_keys_unreadable" not in line
    shutil.rmtree(tmp_path / "var")


def test_a_keyring_is_made_once_and_nothing_else_is_done_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("INQUEST_RAW_KEYS_REF")
    assert "wrote keys.json" in follow(tmp_path, "inquest raw-keys new keys.json")
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600
    again = run(tmp_path, "inquest raw-keys new keys.json")
    assert (again.returncode, "keys.json exists" in again.stderr) == (1, True)
    assert "cannot be read" in run(tmp_path, "inquest raw-keys list").stderr
    for ref, told in (("none", "is none"), ("env:RING", "a command cannot change that")):
        monkeypatch.setenv("INQUEST_RAW_KEYS_REF", ref)
        assert told in run(tmp_path, "inquest raw-keys rotate").stderr
