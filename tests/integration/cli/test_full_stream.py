"""Drill: docs/runbooks/full-truth-stream.md as it stands, against a real `inquest up` whose EVIDENCE is full.

Then what people do with the archive, with holds and with a purge, by command.
"""

import asyncio
import json
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from inquest.bus.bus import Bus
from inquest.bus.users import OPERATOR
from inquest.cli.scenario import scenario
from inquest.testkit.lab import BUNDLED, ROOT

BIN = Path(sys.executable).parent
WAIT_S_MAX = 90.0
pytestmark = [pytest.mark.timeout(400), pytest.mark.slow]


def commands() -> list[str]:
    """Return the lines of the shell blocks of the runbook, in order."""
    text = (ROOT / "docs" / "runbooks" / "full-truth-stream.md").read_text()
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines()]


def words_of(command: str) -> list[str]:
    return [str(BIN / "inquest") if word == "inquest" else word for word in command.split()]


def follow(folder: Path, command: str, status: int = 0) -> str:
    """Run one command in the folder of the system; returns what it printed."""
    done = subprocess.run(words_of(command), cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == status, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


@contextmanager
def up(folder: Path, command: str = "inquest up"):
    """The running system; stopped with Ctrl-C."""
    extra = ["--pack", str(BUNDLED), "--intake-port", "0", "--api-port", "0"]
    with subprocess.Popen([*words_of(command), *extra], cwd=folder, stdout=subprocess.PIPE, text=True) as process:
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
        time.sleep(0.2)
    return held


def address(folder: Path, name: str) -> str:
    return str(json.loads((folder / "var/run/system.json").read_text())[name])


def rows(folder: Path, tenant: str) -> dict[str, str]:
    """Return the state of each investigation."""
    found = httpx.get(f"{address(folder, 'api')}/v1/investigations", params={"tenant": tenant}, timeout=30).json()
    return {row["investigation_id"]: row["state"] for row in found["investigations"]}


async def fill(folder: Path) -> None:
    """Let EVIDENCE take no more than it holds."""
    password = folder / "var/nats/passwords" / OPERATOR
    bus = Bus(address(folder, "nats"), "cli", *((OPERATOR, password) if password.exists() else ()))
    await bus.connect()
    info = await bus.connection.js.stream_info("EVIDENCE")
    info.config.max_bytes = info.state.bytes + 1024
    await bus.connection.js.update_stream(info.config)
    await bus.close()


def begin(folder: Path, one) -> str:
    """Start another investigation of the recorded incident; returns its id."""
    start, end = (datetime.fromtimestamp(at, UTC).isoformat() for at in (one.meta.window.start, one.meta.window.end))
    body = {"services": ["frontend"], "from": start, "to": end}
    answer = httpx.post(
        f"{address(folder, 'api')}/v1/investigations", params={"tenant": one.tenant}, json=body, timeout=30
    )
    assert answer.status_code == 202, answer.text
    return str(answer.json()["investigation_id"])


def test_a_full_stream_is_relieved_by_the_book_and_people_use_the_archive(tmp_path):
    one = scenario(BUNDLED)
    hold_list, restart, archive_list, archive_verify = commands()
    with up(tmp_path):
        secret = (tmp_path / "var/secrets/webhook").read_text()
        url = f"{address(tmp_path, 'intake')}/webhooks/pagerduty/{one.tenant}"
        assert httpx.post(url, content=one.body, headers=one.headers(secret), timeout=30).status_code == 202
        (first,) = until(lambda: [name for name, state in rows(tmp_path, one.tenant).items() if state == "concluded"])
        asyncio.run(fill(tmp_path))
        second = begin(tmp_path, one)
        until(lambda: "maximum bytes exceeded" in (tmp_path / "var/inquest.log").read_text())
        assert "no legal hold stands" in follow(tmp_path, hold_list)
    story = f"inquest trace {first} --tenant {one.tenant} --json"
    with up(tmp_path, restart):
        before = follow(tmp_path, story)
        asyncio.run(fill(tmp_path))
        until(lambda: rows(tmp_path, one.tenant).get(second) == "concluded")
        until(lambda: (tmp_path / "var/archive").is_dir() and any((tmp_path / "var/archive").rglob("*.json")))
        assert first in follow(tmp_path, archive_list)
        assert "0 are not" in follow(tmp_path, archive_verify)
        assert follow(tmp_path, story) == before
        assert "concluded" in follow(tmp_path, f"inquest archive show {first}")
        follow(tmp_path, f"inquest archive restore {first} out-of-the-archive")
        assert (tmp_path / "out-of-the-archive/records.ndjson").stat().st_size > 10_000
        whose = f"--tenant {one.tenant} --investigation {first}"
        hold = json.loads(follow(tmp_path, f"inquest hold add {whose} --reason court --json"))
        assert hold["hold_id"] in follow(tmp_path, hold_list)
        purge = f"inquest purge {whose} --reason asked"
        assert "court" in follow(tmp_path, f"{purge} --yes", status=1)
        follow(tmp_path, f"inquest hold end {hold['hold_id']}")
        assert "messages" in follow(tmp_path, f"{purge} --dry-run")
        assert first in follow(tmp_path, archive_list)
        assert "erased from streams" in follow(tmp_path, f"{purge} --yes")
        assert first not in rows(tmp_path, one.tenant)
        assert first not in follow(tmp_path, archive_list)
        assert "nothing was changed or removed" in follow(tmp_path, "inquest audit verify")
