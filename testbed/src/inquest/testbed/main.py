"""The command `inquest-testbed`."""

import argparse
import hashlib
import signal
import sys
import time
from pathlib import Path

from inquest.packs import check_pack
from inquest.testbed.record import record
from inquest.testbed.scenario import RecordingError, fault_names, load_fault
from inquest.testbed.timeline import SECONDS

SECONDS_MIN = 12.0
SPLIT_SEED = 0
BUNDLED = "pool-exhausted"
"""This one lies apart, in `packs/pool-exhausted`: it is what `make run` shows."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 if it did what was asked, 1 if not, 130 on Ctrl-C."""
    options = _parser().parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        # Also where a shell started this in the background, with SIGINT ignored.
        signal.signal(number, signal.default_int_handler)
    try:
        if options.command == "faults":
            return _faults()
        if options.command == "record":
            return _record(options.fault, options.out, options.seconds)
        return _record_all(options.out, options.seconds)
    except RecordingError as error:
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
    every = commands.add_parser("record-all", help="record each fault that has no pack yet")
    every.add_argument("out", type=Path, help="folder; packs go to its tune/ and test/")
    for command in (one, every):
        command.add_argument("--seconds", type=_seconds, default=SECONDS, help="length of a recording")
    return parser


def _seconds(text: str) -> float:
    seconds = float(text)
    if seconds < SECONDS_MIN:
        raise argparse.ArgumentTypeError(f"must be at least {SECONDS_MIN:.0f}")
    return seconds


def _faults() -> int:
    for name in fault_names():
        sys.stdout.write(f"{name:28} {load_fault(name).about}\n")
    return 0


def _record(name: str, out: Path, seconds: float) -> int:
    fault = load_fault(name)
    started = time.monotonic()

    def tell(text: str) -> None:
        _say(f"[{time.monotonic() - started:5.1f} s] {text}")

    alert = record(fault, out, tell, seconds)
    errors = [problem for problem in check_pack(out) if problem.level == "error"]
    for problem in errors:
        _say(str(problem))
    size = sum(file.stat().st_size for file in out.iterdir())
    tell(f"paged: {alert.title}")
    sys.stdout.write(f"{out}: {size / 1000:.0f} kB\n")
    return 1 if errors else 0


def _record_all(out: Path, seconds: float) -> int:
    failed: list[str] = []
    for name in fault_names():
        folder = out / split_of(name) / name
        if name == BUNDLED or (folder / "pack.yaml").exists():
            continue
        try:
            _say(f"--- {name}")
            _record(name, folder, seconds)
        except RecordingError as error:
            _say(f"{name}: {error}")
            failed.append(name)
    if failed:
        raise RecordingError(f"not recorded: {', '.join(failed)}; run again for these")
    return 0


def split_of(name: str) -> str:
    """Say whether a fault's pack is for tuning or for testing; a new fault moves none of the others."""
    return ("tune", "test")[hashlib.sha256(f"{SPLIT_SEED} {name}".encode()).digest()[-1] % 2]


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
