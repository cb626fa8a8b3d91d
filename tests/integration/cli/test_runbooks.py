"""Drills: the commands of docs/runbooks/, run as they stand against a real `inquest up` with the bundled incident.

Only `inquest up` gets the options that "you always use": free ports, and the bundled pack as a tenant.
"""

import asyncio
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from inquest.cli.operator_bus import operator_bus
from inquest.cli.scenario import Scenario, scenario
from inquest.testkit.lab import BUNDLED, ROOT

BIN = Path(sys.executable).parent
TRIES_MAX = 20
WAIT_S_MAX = 60.0
POLL_S = 0.1
pytestmark = [pytest.mark.timeout(180), pytest.mark.slow]


def commands(page: str) -> list[str]:
    """Return the lines of the shell blocks of a runbook, in order."""
    text = (ROOT / "docs" / "runbooks" / page).read_text()
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines()]


def follow(folder: Path, command: str) -> str:
    """Run one command of a page in the folder of the system; returns what it printed."""
    words = command.split()
    if words[0] == "inquest":
        words[0] = str(BIN / "inquest")
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@contextmanager
def up(folder: Path, command: str = "inquest up"):
    """The running system; stopped with Ctrl-C."""
    assert command == "inquest up"
    extra = ["--pack", str(BUNDLED), "--intake-port", "0", "--api-port", "0"]
    with subprocess.Popen([BIN / "inquest", "up", *extra], cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        give_up_at = time.monotonic() + WAIT_S_MAX
        while "Ctrl-C" not in process.stdout.readline():
            assert process.poll() is None
            assert time.monotonic() < give_up_at
        try:
            yield
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=WAIT_S_MAX) == 130


def until(condition):
    give_up_at = time.monotonic() + WAIT_S_MAX
    while not (held := condition()):
        assert time.monotonic() < give_up_at
        time.sleep(POLL_S)
    return held


def page(folder: Path, one: Scenario, tenant: str | None = None) -> int:
    """Post the signed page of the incident; returns the status."""
    intake = json.loads((folder / "var/run/system.json").read_text())["intake"]
    secret = (folder / "var/secrets/webhook").read_text()
    url = f"{intake}/webhooks/pagerduty/{tenant or one.tenant}"
    return httpx.post(url, content=one.body, headers=one.headers(secret), timeout=30).status_code


def api(folder: Path, path: str, tenant: str):
    base = json.loads((folder / "var/run/system.json").read_text())["api"]
    return httpx.get(f"{base}/v1/{path}", params={"tenant": tenant}, timeout=30).json()


def rows(folder: Path, tenant: str) -> list[dict[str, str]]:
    return json.loads(follow(folder, f"inquest list --tenant {tenant} --json"))


def story(folder: Path, one: Scenario):
    """Return the story by the api, once the investigation is concluded and its notice is told."""
    (row,) = rows(folder, one.tenant)
    return api(folder, f"investigations/{row['investigation_id']}", one.tenant)


def investigated(folder: Path, one: Scenario):
    assert page(folder, one) == 202
    return concluded(folder, one)


def concluded(folder: Path, one: Scenario):
    until(lambda: any(row["state"] == "concluded" for row in rows(folder, one.tenant)))
    return until(lambda: settled(folder, one))


def calls(told) -> list[str]:
    return [call["call_id"] for call in told["tool_calls"]]


def settled(folder: Path, one: Scenario):
    """Return the story when it is the same twice, a moment apart: nothing is under way any more."""
    first = story(folder, one)
    time.sleep(1)  # what would still be told needs time to arrive
    return first if first == story(folder, one) else None


async def hold_workers(folder: Path) -> None:
    """Give workers nothing until somebody releases them, which the end of a backup does."""
    bus = operator_bus(json.loads((folder / "var/run/system.json").read_text())["nats"], folder / "var")
    await bus.connect()
    until_then = f"{datetime.now(UTC) + timedelta(seconds=60):%Y-%m-%dT%H:%M:%SZ}"
    for info in await bus.connection.js.consumers_info("STEPS"):
        await bus.connection.js.pause_consumer("STEPS", info.name, until_then)
    await bus.close()


@pytest.fixture
def one() -> Scenario:
    return scenario(BUNDLED)


def test_lost_disk(tmp_path, one):
    take, check, restore, start, look = commands("lost-disk.md")
    with up(tmp_path):
        before = investigated(tmp_path, one)
        assert "is whole" in follow(tmp_path, take)
        assert settled(tmp_path, one) == before  # a running system goes on as if nothing had been
    shutil.rmtree(tmp_path / "var")
    assert "unchanged" in follow(tmp_path, check)
    follow(tmp_path, restore)
    with up(tmp_path, start):
        follow(tmp_path, look)
        assert settled(tmp_path, one) == before
        assert page(tmp_path, one) == 202
        until(lambda: api(tmp_path, "incidents", one.tenant))
        assert settled(tmp_path, one)["verdicts"] == before["verdicts"]
        assert calls(story(tmp_path, one)) == calls(before)
        assert len(rows(tmp_path, one.tenant)) == 1  # a page already investigated is not investigated twice


def test_a_backup_of_a_running_investigation_is_one_moment_of_it(tmp_path, one):
    """Taken while steps wait: the copy ends too, by its deadline at the latest, and makes no call twice."""
    take, _, restore, start, _ = commands("lost-disk.md")
    with up(tmp_path):
        asyncio.run(hold_workers(tmp_path))
        assert page(tmp_path, one) == 202
        until(lambda: api(tmp_path, "investigations", one.tenant)["investigations"])
        manifest = json.loads(follow(tmp_path, f"{take} --json"))
        original = concluded(tmp_path, one)
    held = {entry["name"]: entry["messages"] for entry in manifest["entries"]}
    assert held["INVESTIGATIONS"]
    assert held["STEPS"]  # asked for and not done
    assert not held["VERDICTS"]
    shutil.rmtree(tmp_path / "var")
    follow(tmp_path, restore)
    with up(tmp_path, start):
        copy = concluded(tmp_path, one)
    assert copy["summary"]["investigation_id"] == original["summary"]["investigation_id"]
    assert len(calls(copy)) == len(set(calls(copy)))
    assert set(calls(copy)) <= set(calls(original))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_or_killed_backup_is_none_and_the_system_goes_on(tmp_path, one, how):
    take, check, *_ = commands("lost-disk.md")
    with up(tmp_path):
        words = [BIN / "inquest", *take.split()[1:]]
        ended = 0
        for _ in range(TRIES_MAX):  # a quick one may be whole before the signal comes
            shutil.rmtree(tmp_path / "backups", ignore_errors=True)
            with subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
                assert process.stderr is not None
                assert any("saved" in line for line in process.stderr)
                process.send_signal(how)
                ended = process.wait(timeout=WAIT_S_MAX)
            if ended != 0:
                break
        assert ended == (130 if how is signal.SIGINT else -signal.SIGKILL)
        assert not (tmp_path / "backups" / "monday").exists()
        assert (tmp_path / "backups" / "monday.partial").exists() is (how is signal.SIGKILL)
        follow(tmp_path, take)  # the next one takes what was left away
        assert not (tmp_path / "backups" / "monday.partial").exists()
        follow(tmp_path, check)
        assert investigated(tmp_path, one)


def test_a_stopped_system_is_backed_up_and_a_full_one_is_not_overwritten(tmp_path):
    take, _, restore, _, _ = commands("lost-disk.md")
    with up(tmp_path):
        refused = subprocess.run(
            [BIN / "inquest", "restore", "nowhere"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert refused.returncode == 1
        assert "stop `inquest up` first" in refused.stderr
    follow(tmp_path, take)
    full = subprocess.run(
        [BIN / "inquest", *restore.split()[1:]], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert full.returncode == 1
    assert "is not empty" in full.stderr
    follow(tmp_path, f"{restore} --replace")
    names = [path.name.split(".old-")[0] for path in (tmp_path / "var").iterdir() if ".old-" in path.name]
    assert sorted(names) == ["nats", "tracestore"]
    with up(tmp_path):
        pass


@pytest.mark.parametrize("damage", ["garbled", "deleted"])
def test_rebuild_trace_index(tmp_path, one, damage):
    move, start, look = commands("rebuild-trace-index.md")
    with up(tmp_path):
        before = investigated(tmp_path, one)
    for path in (tmp_path / "var" / "tracestore").iterdir():
        if damage == "deleted":
            path.unlink()
        else:
            path.write_bytes(b"\xa5" * max(path.stat().st_size, 4096))
    if damage == "garbled":
        command = [BIN / "inquest", "up", "--intake-port", "0", "--api-port", "0"]
        said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
        assert said.returncode == 1
        assert "is damaged" in said.stderr
    follow(tmp_path, move)
    with up(tmp_path, start):
        follow(tmp_path, look)
        assert settled(tmp_path, one) == before


def test_config_rollback(tmp_path, one):
    keep, *forward, back, again, compare = commands("config-rollback.md")
    source = {"kind": "pagerduty", "secret": f"file:{tmp_path}/var/secrets/webhook"}
    config = tmp_path / "inquest.yaml"
    config.write_text(json.dumps({"tenants": {"default": {"sources": [source]}}}))
    with up(tmp_path):
        assert page(tmp_path, one, "default") == 202
        follow(tmp_path, keep)
        config.write_text(json.dumps({"tenants": {"default": {"sources": [source | {"kind": "generic"}]}}}))
        said = [follow(tmp_path, command) for command in forward]
        assert "is valid" in said[0]
        assert "sources" in said[1]
        until(lambda: page(tmp_path, one, "default") != 202)
        for command in (back, again):
            follow(tmp_path, command)
        assert "no difference to revision" in follow(tmp_path, compare)
        until(lambda: page(tmp_path, one, "default") == 202)
