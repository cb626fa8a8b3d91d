import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from inquest.bus.server import NatsServer
from inquest.cli.scenario import scenario
from inquest.testkit.lab import BUNDLED

INQUEST = Path(sys.executable).parent / "inquest"
START_S_MAX = 40.0
pytestmark = pytest.mark.timeout(150)


def inquest(*arguments: str | Path, cwd: Path, ok: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([INQUEST, *arguments], cwd=cwd, capture_output=True, text=True, timeout=100, check=False)
    assert (done.returncode == 0) is ok, done.stdout + done.stderr
    return done


def processes_naming(text: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if text in line:
            found.append(line)
    return found


@pytest.mark.slow
def test_small_commands(tmp_path: Path) -> None:
    assert json.loads(inquest("version", "--json", cwd=tmp_path).stdout)["version"]
    assert "INVESTIGATIONS" in inquest("topology", "show", cwd=tmp_path).stdout
    assert "✓" in inquest("packs", "check", BUNDLED, cwd=tmp_path).stdout
    inquest("init", cwd=tmp_path)
    assert "valid" in inquest("config", "check", cwd=tmp_path).stdout
    assert "balanced" in inquest("config", "show", "--effective", cwd=tmp_path).stdout
    assert json.loads(inquest("config", "schema", cwd=tmp_path).stdout)["title"]


@pytest.mark.slow
def test_mistakes_are_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "inquest.yaml").write_text("tenantz: {}\n")
    assert "inquest.yaml:1" in inquest("config", "check", cwd=tmp_path, ok=False).stderr
    (tmp_path / "inquest.yaml").unlink()
    for arguments, expected in (
        (("packs", "check", "nowhere"), "not a folder"),
        (("investigate", "nowhere"), "pack.yaml"),
        (("investigate",), "--service"),
        (("investigate", "--service", "a", "--from", "soon"), "no time"),
        (("trace", "nothing"), "inquest up"),
        (("feedback", "x", "maybe"), "right or wrong"),
        (("config", "apply"), "inquest.yaml"),
        (("topology", "show", "--nats-url", "nats://127.0.0.1:1"), "no nats-server answers"),
    ):
        done = inquest(*arguments, cwd=tmp_path, ok=False)
        assert expected in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_pack_to_its_report_and_trace(tmp_path: Path) -> None:
    done = inquest("investigate", BUNDLED, "--zone", "Europe/Paris", "--mode", "fast", cwd=tmp_path)
    for label in ("Cause", "First sign", "Proof", "Next step", "Not seen", "Took", "Wrote"):
        assert label in done.stdout
    assert "collect-symptoms" in done.stderr
    (folder,) = (tmp_path / "out").iterdir()
    report = json.loads((folder / "report.json").read_text())
    assert report["format"] == 1
    assert json.loads((folder / "trace.ndjson").read_text().splitlines()[0])["mode"] == "fast"
    told = inquest("trace", folder.name, cwd=tmp_path).stdout
    assert "Timeline" in told
    assert "metrics" in told
    assert processes_naming(str(tmp_path)) == []


@pytest.fixture
def system(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """`inquest up` as a child process in an empty folder; yields its addresses."""
    command = [
        INQUEST,
        "up",
        "--pack",
        BUNDLED,
        "--intake-port",
        "0",
        "--api-port",
        "0",
        *getattr(request, "param", ()),
    ]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("Ctrl-C"):
            break
    assert process.poll() is None, "".join(lines)
    found = {line.split()[0]: line.split()[1] for line in lines if len(line.split()) == 2}
    yield found
    process.send_signal(signal.SIGINT)
    assert process.wait(40) == 130
    assert processes_naming(str(tmp_path)) == []


def deliver(system: dict[str, str], tmp_path: Path) -> str:
    one = scenario(BUNDLED)
    secret = (tmp_path / "var" / "secrets" / "webhook").read_text()
    intake = system["intake"].removesuffix("/readyz")
    url = f"{intake}/webhooks/pagerduty/{one.tenant}"
    assert httpx.post(url, content=one.body).status_code == 401
    assert httpx.post(url, content=one.body, headers=one.headers("wrong")).status_code == 401
    assert httpx.post(url, content=one.body, headers=one.headers(secret)).status_code == 202
    return one.tenant


def wait_concluded(tenant: str, tmp_path: Path) -> dict[str, str]:
    until = time.monotonic() + START_S_MAX
    while time.monotonic() < until:
        found: list[dict[str, str]] = json.loads(inquest("list", "--tenant", tenant, "--json", cwd=tmp_path).stdout)
        if found and found[0]["state"] == "concluded":
            return found[0]
        time.sleep(0.2)
    pytest.fail("not concluded")


@pytest.mark.parametrize("system", [(), ("--processes",)], indirect=True, ids=["embedded", "processes"])
@pytest.mark.slow
def test_up_takes_a_page_and_people_answer(system: dict[str, str], tmp_path: Path) -> None:
    for name in ("intake", "planner", "worker", "gateway", "verifier", "notifier", "tracestore", "api"):
        assert httpx.get(system[name]).json()["ready"] is True
    tenant = deliver(system, tmp_path)
    row = wait_concluded(tenant, tmp_path)
    investigation = row["investigation_id"]
    inquest("feedback", investigation, "right", "--cause", "the pool", "--tenant", tenant, cwd=tmp_path)
    until = time.monotonic() + START_S_MAX
    while "the pool" not in inquest("trace", investigation, "--tenant", tenant, cwd=tmp_path).stdout:
        assert time.monotonic() < until
        time.sleep(0.2)
    inquest("cancel", investigation, "--tenant", tenant, cwd=tmp_path)
    (tmp_path / "inquest.yaml").write_text("correlation:\n  window_s: 600\n")
    changes = inquest("config", "diff", cwd=tmp_path).stdout
    assert "correlation.window_s: 900 → 600" in changes
    assert "recording" not in changes  # what `up` added to its file stays
    assert "is applied" in inquest("config", "apply", cwd=tmp_path).stdout
    assert "no difference" in inquest("config", "diff", cwd=tmp_path).stdout
    findings = json.loads(inquest("doctor", "--json", cwd=tmp_path).stdout)
    assert {row["status"] for row in findings if row["name"] in {"python", "nats-server", "running bus"}} == {"ok"}


@pytest.mark.parametrize("system", [("--processes",)], indirect=True)
@pytest.mark.slow
def test_killed_services_lose_nothing(system: dict[str, str], tmp_path: Path) -> None:
    pids = {
        name: json.loads((tmp_path / "var" / "run" / f"{name}.json").read_text())["pid"]
        for name in ("planner", "worker", "gateway", "verifier")
    }
    tenant = deliver(system, tmp_path)
    for pid in pids.values():
        os.kill(pid, signal.SIGKILL)
    row = wait_concluded(tenant, tmp_path)
    assert row["band"] in {"proven", "likely"}
    api = json.loads((tmp_path / "var" / "run" / "api.json").read_text())
    os.kill(api["pid"], signal.SIGKILL)
    until = time.monotonic() + START_S_MAX
    while time.monotonic() < until:
        with suppress(httpx.HTTPError):  # it comes back where it was, or nobody would find it
            assert httpx.get(f"{api['url']}/readyz").json()["service"] == "api"
            return
        time.sleep(0.2)
    pytest.fail("the api did not come back")


@pytest.mark.slow
def test_ctrl_c_stops_everything(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [INQUEST, "investigate", BUNDLED]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, env=environment)
    assert process.stderr is not None
    for line in process.stderr:
        if "page accepted" in line:
            break
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    assert "Traceback" not in process.stderr.read()
    assert processes_naming(str(tmp_path)) == []
    assert list(tmp_path.glob("inquest-*")) == []


@pytest.mark.slow
async def test_topology_against_a_bus(tmp_path: Path) -> None:
    server = NatsServer(tmp_path / "nats")
    await server.start()
    try:
        inquest("topology", "show", "--nats-url", server.url, cwd=tmp_path, ok=False)
        assert "created" in inquest("topology", "apply", "--nats-url", server.url, cwd=tmp_path).stdout
        assert "0 changed" in inquest("topology", "apply", "--nats-url", server.url, cwd=tmp_path).stdout
        inquest("topology", "show", "--nats-url", server.url, cwd=tmp_path)
    finally:
        await server.stop()


@pytest.mark.slow
def test_a_taken_port_says_so(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = inquest("up", "--intake-port", port, "--api-port", "0", cwd=tmp_path, ok=False)
        assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
        done = inquest("up", "--nats-port", port, cwd=tmp_path, ok=False)
        assert f"port {port} is taken" in done.stderr
    assert processes_naming(str(tmp_path)) == []
