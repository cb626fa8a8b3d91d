"""The command `inquest-testbed`."""

import argparse
import signal
import sys
import time
from pathlib import Path

from inquest.packs import check_pack
from inquest.testbed.record import record
from inquest.testbed.scenario import TestbedError, fault_names, load_fault
from inquest.testbed.timeline import SECONDS

SECONDS_MIN = 12.0


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 if it did what was asked, 1 if not, 130 on Ctrl-C."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))
    try:
        return _faults() if options.command == "faults" else _record(options)
    except TestbedError as error:
        _say(f"inquest-testbed: {error}")
        return 1
    except KeyboardInterrupt:
        _say("interrupted: every process was stopped, nothing was written")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("inquest-testbed", description="Record incidents of a small real system")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("faults", help="list the faults")
    one = commands.add_parser("record", help="run a fault and write an incident pack")
    one.add_argument("fault", help="a name that `inquest-testbed faults` lists")
    one.add_argument("out", type=Path, help="folder of the pack")
    one.add_argument("--seconds", type=float, default=SECONDS, help="length of the recording")
    return parser


def _faults() -> int:
    for name in fault_names():
        sys.stdout.write(f"{name:28} {load_fault(name).about}\n")
    return 0


def _record(options: argparse.Namespace) -> int:
    fault = load_fault(options.fault)
    if options.seconds < SECONDS_MIN:
        raise TestbedError(f"--seconds must be at least {SECONDS_MIN:.0f}")
    started = time.monotonic()

    def tell(text: str) -> None:
        _say(f"[{time.monotonic() - started:5.1f} s] {text}")

    alert = record(fault, options.out, tell, options.seconds)
    errors = [problem for problem in check_pack(options.out) if problem.level == "error"]
    for problem in errors:
        _say(str(problem))
    size = sum(file.stat().st_size for file in options.out.iterdir())
    tell(f"paged: {alert.title}")
    sys.stdout.write(f"{options.out}: {size / 1000:.0f} kB\n")
    return 1 if errors else 0


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
