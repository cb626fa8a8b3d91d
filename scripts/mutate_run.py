"""Runs tests against a mutant without touching the checkout: a forked process imports the mutant in the module's place.

Heavy libraries are imported once, before the forks, so that a mutant costs little more than its tests.
"""

import gc
import importlib
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import CodeType, FrameType

import pytest
from hypothesis import HealthCheck, Phase, settings

PARALLEL = 2
MEMORY_BYTES_MAX = 6 << 30
NOT_IMPORTED = 100
TIMED_OUT = 101
_PLUGINS_OFF = ("anyio", "cacheprovider", "cov", "randomly", "xdist")
_PYTEST = ("-x", "-q", "--assert=plain", *(f"-pno:{name}" for name in _PLUGINS_OFF))


@dataclass(frozen=True, slots=True)
class Job:
    """One run: this source in the place of module `name`, whose file is `path`, under these tests.

    The tests are files, folders or node ids. With `reached`, the ids of tests that enter the module are written there.
    """

    name: str
    path: Path
    source: str
    tests: tuple[str, ...]
    timeout_s: float
    reached: Path | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: pytest's exit status, NOT_IMPORTED or TIMED_OUT, and how long it took."""

    status: int
    seconds: float


class _Loader(SourceFileLoader):
    def __init__(self, job: Job) -> None:
        super().__init__(job.name, str(job.path))
        self._source = job.source

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - the loader is of one module
        """Compile the job's source; the file itself is never read."""
        return compile(self._source, self.path, "exec")


class _Finder(MetaPathFinder):
    def __init__(self, job: Job) -> None:
        self._job = job

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """Answer for the job's module alone."""
        if fullname != self._job.name:
            return None
        return spec_from_file_location(fullname, self._job.path, loader=_Loader(self._job))


class _Reach:
    """A pytest plugin that notes which tests enter a file, the quickest first."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)
        self._entered = False
        self._seconds: dict[str, float] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Watch every call while the test, its fixtures included, runs."""
        self._entered, began_s = False, time.perf_counter()
        sys.setprofile(self._watch)
        try:
            return (yield)
        finally:
            sys.setprofile(None)
            if self._entered:
                name = f"{item.path}::{item.nodeid.partition('::')[2]}"  # pytest's ids depend on its root
                self._seconds[name] = time.perf_counter() - began_s

    def _watch(self, frame: FrameType, event: str, _argument: object) -> None:
        self._entered |= event == "call" and frame.f_code.co_filename == self._path

    def tests(self) -> list[str]:
        """The ids of the tests that entered the file."""
        return sorted(self._seconds, key=self._seconds.__getitem__)


def preload(names: Iterable[str]) -> None:
    """Import what the next runs share; none of it may import what they mutate."""
    for name in names:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # collections in the forks need not look at it again


def run_all(jobs: Sequence[Job]) -> list[Outcome]:
    """Run the jobs, PARALLEL at a time; returns their outcomes in the same order."""
    found = dict(_outcomes(jobs))
    return [found[index] for index in range(len(jobs))]


def _outcomes(jobs: Sequence[Job]) -> Iterator[tuple[int, Outcome]]:
    fork = multiprocessing.get_context("fork")
    waiting = list(enumerate(jobs))[::-1]
    running: dict[int, tuple[int, BaseProcess, float]] = {}
    while waiting or running:
        while waiting and len(running) < PARALLEL:
            index, job = waiting.pop()
            process: BaseProcess = fork.Process(target=_run, args=(job,))
            process.start()
            running[process.sentinel] = index, process, time.monotonic()
        ended = wait(list(running), timeout=0.5)
        for sentinel, (index, process, started_s) in list(running.items()):
            seconds = time.monotonic() - started_s
            if sentinel not in ended and seconds < jobs[index].timeout_s:
                continue
            if sentinel not in ended:
                process.kill()
            process.join()
            status = TIMED_OUT if sentinel not in ended else process.exitcode or 0
            del running[sentinel]
            yield index, Outcome(status, seconds)


def _run(job: Job) -> None:
    """The forked process."""
    if job.name in sys.modules:
        raise RuntimeError(f"{job.name} was imported before the fork: no mutant of it can be tested")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    # The same examples each time, and none of a mutant's failures kept for the real tests.
    phases = (Phase.explicit, Phase.generate)
    settings.register_profile(
        "mutate",
        database=None,
        deadline=None,
        derandomize=True,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("mutate")
    sys.meta_path.insert(0, _Finder(job))
    sys.dont_write_bytecode = True
    reach = _Reach(job.path)
    with tempfile.TemporaryDirectory() as directory:
        # Not pytest's numbered folders: they are shared, and each run would clean up after all others.
        plugins = [reach] if job.reached else []
        status = int(pytest.main([*_PYTEST, f"--basetemp={directory}/tests", *job.tests], plugins))
    if job.reached:
        job.reached.write_text(json.dumps(reach.tests()))
    os._exit(status if job.name in sys.modules else NOT_IMPORTED)
