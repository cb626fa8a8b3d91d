"""What people switch, and a test page, through the command and a whole running system."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

INQUEST = Path(sys.executable).parent / "inquest"
START_S_MAX = 60.0
CONFIG = """
tenants:
  default:
    channels:
      - {id: file, kind: file, path: told.txt, live: true}
      - {id: terminal, kind: terminal}
"""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """`inquest up` as a child process; yields the folder it runs in."""
    folder = tmp_path_factory.mktemp("controls")
    (folder / "inquest.yaml").write_text(CONFIG)
    command = [INQUEST, "up", "--intake-port", "0", "--api-port", "0"]
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_S_MAX
        while not is_up(folder):
            assert time.monotonic() < deadline
            assert child.poll() is None
            time.sleep(0.1)
        yield folder
    finally:
        child.terminate()
        child.wait(30)


def is_up(folder: Path) -> bool:
    with suppress(OSError, ValueError):
        return bool(json.loads((folder / "var" / "run" / "system.json").read_text())["intake"])
    return False


def inquest(folder: Path, *arguments: str, ok: bool = True) -> str:
    done = subprocess.run([INQUEST, *arguments], cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode == 0) is ok, done.stdout + done.stderr
    return done.stdout + done.stderr


def steps(folder: Path, *arguments: str) -> dict[str, dict[str, str]]:
    sent = json.loads(inquest(folder, "test-page", "--wait", "90", "--json", *arguments))
    return {step["step"]: step for step in sent["steps"]}


def test_a_test_page_goes_the_whole_way_unless_panic_or_a_mute_holds_it(system):
    said = steps(system)
    assert said["-> file"]["text"].startswith("sent")
    assert said["-> terminal"]["text"].startswith("shadow")
    assert all(step["ok"] is not False for step in said.values())
    assert "[test]" in (system / "told.txt").read_text()
    told = len((system / "told.txt").read_text())

    assert "everything that leaves is stopped" in inquest(system, "panic", "on", "-r", "wrong people")
    assert "by local: wrong people" in inquest(system, "panic", "status")
    said = steps(system, "--source", "generic")
    assert "the panic switch is on, by local: wrong people" in said["-> file"]["text"]
    bus = json.loads((system / "var" / "run" / "system.json").read_text())["nats"]
    assert "notices leave" in inquest(system, "panic", "off", "--past-api", bus)

    muted = inquest(system, "mute", "-s", "inquest-test-*", "--for", "1h", "-r", "known noise")
    mute_id = muted.split(":")[0]
    assert "known noise" in inquest(system, "mutes")
    assert "muted by local" in steps(system)["-> file"]["text"]
    assert "has ended" in inquest(system, "unmute", mute_id)
    assert "has no mutes" in inquest(system, "mutes")
    assert len((system / "told.txt").read_text()) == told

    audit = inquest(system, "audit")
    for action in ("panic-on", "panic-off", "mute-added", "mute-ended"):
        assert action in audit
    listed = json.loads(inquest(system, "notices", "--channel", "file", "--json"))
    assert [one["held_by"] or one["outcome"] for one in listed] == ["mute", "panic", "sent"]
    assert inquest(system, "notices", "--outcome", "panic").count("the panic switch is on") == 2
    shown = inquest(system, "notices", listed[2]["notice_id"])
    assert shown.startswith("# test for file: sent")
    assert "Next step" in shown


def test_mistakes_are_one_clear_line(system):
    for arguments, expected in (
        (("mute", "-r", "x", "--for", "1h"), "name at least one service"),
        (("mute", "-r", "x", "-s", "db"), "either --for or --until: every mute ends"),
        (("mute", "-r", "x", "-s", "db", "--for", "1h", "--until", "2030-01-01T00:00:00Z"), "either --for or --until"),
        (("mute", "-r", "x", "-s", "db", "--for", "soon"), "write it like 30m"),
        (("mute", "-r", "x", "--label", "env", "--for", "1h"), "NAME=VALUE"),
        (("unmute", "nothing"), "no mute nothing"),
        (("notices", "nothing"), "no notice nothing"),
        (("notices", "--outcome", "lost"), "outcome"),
        (("test-page", "--source", "jira"), "able are pagerduty, alertmanager, generic"),
        (("test-page", "--intake-url", "http://127.0.0.1:1"), "does not answer"),
    ):
        said = inquest(system, *arguments, ok=False)
        assert expected in said
        assert "Traceback" not in said
