"""Records for real: every process, a fault, and the pack; and an interrupted recording."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from inquest.packs import check_pack, open_pack
from inquest.packs.truth import read_truth

MARK = "INQUEST_TESTBED_TEST"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def start(tmp_path, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "inquest.testbed", *arguments],
        env={**os.environ, MARK: str(tmp_path), "TMPDIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def left_over(tmp_path):
    """Processes that carry this test's mark in their environment."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            found += [entry.parent.name] if f"{MARK}={tmp_path}".encode() in entry.read_bytes() else []
        except OSError:
            continue
    return found


def test_a_short_recording_is_a_good_pack(tmp_path):
    out = tmp_path / "pack"
    process = start(tmp_path, "record", "contract-break", str(out), "--seconds", "24")
    told = process.communicate(timeout=170)[1]
    assert process.returncode == 0, told
    assert [p for p in check_pack(out) if p.level == "error"] == []
    pack = open_pack(out)
    assert {"frontend", "checkout", "payment", "ordersdb"} <= set(pack.metrics().services)
    assert {"frontend", "checkout", "payment", "ordersdb"} <= set(pack.spans().service)
    assert any("amount is missing" in message for message in pack.logs().message)
    truth = read_truth(out)
    refs = [change.ref for change in pack.changes() if change.kind == "deploy"]
    assert truth.change in refs
    assert set(truth.decoys) & set(refs)
    assert pack.signal["body"]["event"]["event_type"] == "incident.triggered"
    assert left_over(tmp_path) == []
    assert [path.name for path in tmp_path.iterdir()] == ["pack"]


def test_an_interrupt_stops_everything_and_writes_nothing(tmp_path):
    process = start(tmp_path, "record", "contract-break", str(tmp_path / "pack"))
    for line in process.stderr:
        if "warming up" in line:
            break
    assert len(left_over(tmp_path)) > 8
    os.kill(process.pid, signal.SIGINT)
    told = process.communicate(timeout=30)[1]
    assert process.returncode == 130, told
    assert "every process was stopped" in told
    assert left_over(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "status", "reason"),
    [
        (["record", "nothing", "out"], 1, "no fault named 'nothing'"),
        (["record", "pool-exhausted", "out", "--seconds", "3"], 2, "must be at least 12"),
        (["faults"], 0, ""),
    ],
)
def test_the_command_says_what_is_wrong(tmp_path, arguments, status, reason):
    process = start(tmp_path, *arguments)
    told = process.communicate(timeout=30)[1]
    assert process.returncode == status
    assert reason in told
