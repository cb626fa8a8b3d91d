"""`make bench`: measures what users feel. Prints progress on stderr and one flat JSON object last."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from scripts import bench_bus

ROOT = Path(__file__).parent.parent
INQUEST = str(Path(sys.executable).parent / "inquest")
PACK = ROOT / "packs" / "pool-exhausted"
RUNS = 5
IDLE_S = 5.0
START_S_MAX = 30.0
MB = 1e6


def help_s() -> float:
    """Return the median wall time of `inquest --help` in seconds."""
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        subprocess.run([INQUEST, "--help"], check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    return median(times)


def install_mb() -> float:
    """Install what `make run` needs into an empty place and return its size in MB, uv and pip included."""
    with tempfile.TemporaryDirectory(prefix="inquest-bench-") as directory:
        subprocess.run(["make", "--silent", "install", f"VENV={directory}/venv"], check=True, cwd=ROOT)
        files = [path for path in Path(directory).rglob("*") if path.is_file() and not path.is_symlink()]
        return sum(path.stat().st_size for path in files) / MB


@contextmanager
def running_system() -> Iterator[int]:
    """Run `inquest up` on free ports; yields its process id once it serves."""
    with tempfile.TemporaryDirectory(prefix="inquest-bench-") as directory:
        command = [INQUEST, "up", "--data-dir", f"{directory}/var", "--intake-port", "0", "--api-port", "0"]
        process = subprocess.Popen(command, cwd=directory, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith("Ctrl-C"):
                    break
            yield process.pid
        finally:
            process.terminate()
            process.wait(START_S_MAX)


def idle_rss_mb() -> float:
    """Return the resident memory of `inquest up` and its nats-server, idle, in MB."""
    with running_system() as pid:
        time.sleep(IDLE_S)  # idle is a stretch of time: there is no condition to wait for
        return sum(_rss_bytes(one) for one in (pid, *_children(pid))) / MB


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(one) for one in found]


def _rss_bytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def verdicts() -> dict[str, float]:
    """Investigate the bundled pack; returns seconds from webhook to verdict, and overhead per step in ms."""
    times, overheads = [], []
    with tempfile.TemporaryDirectory(prefix="inquest-bench-") as directory:
        for _ in range(RUNS):
            command = [INQUEST, "investigate", str(PACK), "--json", "--out", directory]
            report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            times.append(report["took_s"])
            lines = (Path(report["wrote"]) / "trace.ndjson").read_text().splitlines()
            steps = [row for row in map(json.loads, lines) if row["record"] == "steps"]
            overheads += [row["wall_ms"] - row["provider_ms"] - row["analysis_ms"] for row in steps]
    return {"verdict_s": median(times), "step_overhead_ms_p50": median(overheads)}


def main() -> None:
    """Measure everything and print one flat JSON object."""
    found: dict[str, float] = {}
    measurements: tuple[tuple[str, Callable[[], dict[str, float]]], ...] = (
        ("help_s", lambda: {"help_s": help_s()}),
        ("install_mb", lambda: {"install_mb": install_mb()}),
        ("idle_rss_mb", lambda: {"idle_rss_mb": idle_rss_mb()}),
        ("verdict_s, step_overhead_ms_p50", verdicts),
        ("the bus against nats-py", bench_bus.measure),
    )
    for name, measurement in measurements:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        found |= measurement()
    print(json.dumps({name: round(value, 3) for name, value in found.items()}))


if __name__ == "__main__":
    main()
