"""Starts services as processes by forking: `python -m inquest.testkit.forks planner worker …`.

It imports the services once, then forks one process for each line of JSON on its standard input, and writes a line
of JSON for each that began or ended. A fresh interpreter would take seconds, in which there is nothing to kill.
"""

import asyncio
import faulthandler
import json
import os
import pkgutil
import signal
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

from inquest.bus.tied import tied_to_parent
from inquest.cli.system import parts
from inquest.contracts.redaction import Policy, Redactor
from inquest.runtime.run import run


def main() -> None:
    """Serve until the standard input closes; then end what still runs."""
    known = {name: parts(name) for name in sys.argv[1:]}
    _warm(known)
    alive: set[int] = set()

    def reap(*_: object) -> None:
        while alive:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:  # a signal that came meanwhile had them reaped
                return
            if pid == 0:
                return
            alive.discard(pid)
            _tell({"ended": pid, "status": os.waitstatus_to_exitcode(status)})

    signal.signal(signal.SIGCHLD, reap)
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, signal.SIG_IGN)
    _tell({"ready": True})
    for line in sys.stdin:
        order = json.loads(line)
        # Told of its beginning before its end, however soon that comes.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        tied = tied_to_parent()
        pid = os.fork()
        if pid == 0:
            _become(order, known[order["name"]], tied)
        alive.add(pid)
        _tell({"began": order["id"], "pid": pid})
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    for pid in list(alive):
        os.kill(pid, signal.SIGKILL)


def _warm(names: Iterable[str]) -> None:
    """Do once what would take its time in each life when it is first needed."""
    for name in ("ledger", "runtime", *(f"{name}.adapters" for name in names)):
        _import_all(f"inquest.{name}")
    for name in ("anyio._backends._asyncio", "numpy.ma"):
        import_module(name)
    Redactor(Policy()).compile()


def _import_all(package: str) -> None:
    for module in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
        import_module(module.name)


def _tell(what: dict[str, Any]) -> None:
    os.write(1, (json.dumps(what) + "\n").encode())


def _say_where(*_: object) -> None:
    """Write the stack of each thread and task to the log: `kill -USR1` asks a process what it waits for."""
    faulthandler.dump_traceback(all_threads=True)
    for task in asyncio.all_tasks():
        task.print_stack()


def _become(order: dict[str, Any], made_of: tuple[Any, Any], tied: Callable[[], None] | None) -> None:
    """Run the service in this fresh process; never returns."""
    status = 1
    try:
        for signum in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        os.setsid()
        if tied is not None:
            tied()
        signal.signal(signal.SIGUSR1, _say_where)
        os.environ.update(order["env"])
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        null = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((null, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        if order["fresh"]:  # what the dynamic linker must see is set before a program begins
            os.execv(sys.executable, [sys.executable, "-m", f"inquest.{order['name']}"])  # noqa: S606 - our own interpreter
        run(*made_of)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
