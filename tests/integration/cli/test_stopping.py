import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from inquest.testkit.lab import BUNDLED

INQUEST = Path(sys.executable).parent / "inquest"
START_S_MAX = 60.0
pytestmark = pytest.mark.timeout(120)


def alive_below(folder: Path) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            where = str((process / "cwd").readlink())
        except OSError:
            continue
        if where == str(folder) or str(folder) in line:
            found.append(line)
    return found


@pytest.mark.parametrize("extra", [[], ["--processes"]])
@pytest.mark.slow
def test_impatient_interrupts_still_stop_everything(tmp_path: Path, extra: list[str]) -> None:
    command = [INQUEST, "up", "--intake-port", "0", "--api-port", "0", *extra]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        give_up_at = time.monotonic() + START_S_MAX
        while "Ctrl-C" not in process.stdout.readline():
            assert time.monotonic() < give_up_at
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
            process.send_signal(number)
            time.sleep(0.05)  # a person's fingers
        said = process.stderr.read()
        assert process.wait(timeout=30) == 130
    assert "Traceback" not in said
    assert alive_below(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a killed system leaves its children, and says so")
@pytest.mark.parametrize("extra", [[], ["--processes"]])
@pytest.mark.slow
def test_a_killed_system_leaves_nothing_behind_and_starts_again(tmp_path: Path, extra: list[str]) -> None:
    command = [INQUEST, "up", "--intake-port", "0", "--api-port", "0", *extra]
    for _ in range(2):
        with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            while "Ctrl-C" not in process.stdout.readline():
                assert process.poll() is None
            process.kill()
        give_up_at = time.monotonic() + START_S_MAX
        while alive_below(tmp_path):
            assert time.monotonic() < give_up_at
            time.sleep(0.05)


@pytest.mark.slow
def test_a_folder_serves_one_system(tmp_path: Path) -> None:
    command = [INQUEST, "up", "--intake-port", "0", "--api-port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        while "Ctrl-C" not in first.stdout.readline():
            assert first.poll() is None
        second = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
        assert second.returncode == 1
        assert "in use by another nats-server" in second.stderr
        assert "Traceback" not in second.stderr
        assert (tmp_path / "var" / "run" / "system.json").exists()  # the first one's address is left alone
        assert first.poll() is None
        first.send_signal(signal.SIGINT)
        assert first.wait(timeout=30) == 130


@pytest.mark.slow
def test_a_refused_pack_does_not_cost_the_others(tmp_path: Path) -> None:
    shutil.copytree(BUNDLED, tmp_path / "good")
    shutil.copytree(BUNDLED, tmp_path / "bad")
    (tmp_path / "bad" / "signal.json").write_text('{"source": "pagerduty", "body": {"messages": []}}')
    command = [INQUEST, "investigate", "good", "bad", "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 1
    assert json.loads(done.stdout)["state"] == "concluded"
    assert "400: " in done.stderr
    assert "V3" in done.stderr


@pytest.mark.slow
def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for arguments in (("up", "--data-dir", "file"), ("investigate", str(BUNDLED), "--out", "file/out")):
        done = subprocess.run(
            [INQUEST, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 1
        assert "file" in done.stderr
        assert "Traceback" not in done.stderr
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("extra", [[], ["--processes"]])
@pytest.mark.slow
def test_a_wrong_setting_is_named_and_no_traceback_is_shown(tmp_path: Path, extra: list[str]) -> None:
    command = [INQUEST, "up", "--intake-port", "0", "--api-port", "0", *extra]
    wrong = {**os.environ, "INQUEST_JWT_ALGORITHMS": "HS256"}
    done = subprocess.run(
        command, cwd=tmp_path, env=wrong, capture_output=True, text=True, timeout=START_S_MAX, check=False
    )
    assert done.returncode == 1
    assert "INQUEST_JWT_ALGORITHMS" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 2
