"""What the kernel says about this process and its node; on a system without /proc, what it can."""

import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path


def readings(node: Path | None) -> dict[str, Callable[[], float]]:
    """Return the gauges that this machine can give, by name."""
    found: dict[str, Callable[[], float]] = {
        "process.cpu.utilization": _rate(_cpu_s),
        "process.memory.rss_bytes": _rss_bytes,
    }
    if Path("/proc/self/schedstat").exists():
        found["process.cpu.wait_ratio"] = _rate(_cpu_wait_s)
    if node and Path("/proc/self/stat").exists():
        found["node.cpu.utilization"] = _NodeCpu(node).read
    return found


def _rate(read: Callable[[], float]) -> Callable[[], float]:
    last = (time.monotonic(), read())

    def rate() -> float:
        nonlocal last
        before, last = last, (time.monotonic(), read())
        return (last[1] - before[1]) / max(last[0] - before[0], 1e-3)

    return rate


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _cpu_wait_s() -> float:
    """Time that threads of this process were ready to run and had no CPU."""
    waited_ns = 0
    for task in Path("/proc/self/task").iterdir():
        try:
            waited_ns += int((task / "schedstat").read_text().split()[1])
        except OSError:  # the thread has ended
            continue
    return waited_ns / 1e9


def _rss_bytes() -> float:
    statm = Path("/proc/self/statm")
    if statm.exists():
        return float(int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak if sys.platform == "darwin" else peak * 1024)


class _NodeCpu:
    """Busy share of a node's CPUs by the processes that run on it; strangers on the same machine do not count.

    The file lists the process ids of the node, one per line, after a first line with its number of CPUs.
    """

    def __init__(self, members: Path) -> None:
        self._members = members
        self._last: dict[str, int] = {}
        self._at = time.monotonic()

    def read(self) -> float:
        cpus, *pids = self._members.read_text().split()
        now, ticks = time.monotonic(), {pid: _ticks(pid) for pid in pids}
        # A process that is new counts from its first reading on.
        used = sum(count - self._last.get(pid, count) for pid, count in ticks.items() if count)
        elapsed_s, self._at, self._last = now - self._at, now, ticks
        return used / os.sysconf("SC_CLK_TCK") / max(elapsed_s, 1e-3) / int(cpus)


def _ticks(pid: str) -> int:
    try:
        numbers = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended
        return 0
    return int(numbers[11]) + int(numbers[12])
