"""Runs the shop, lets a fault happen, and records it as an incident pack."""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inquest.testbed import certificates
from inquest.testbed.alerts import Alert
from inquest.testbed.packing import pack
from inquest.testbed.repository import Repository, Revision
from inquest.testbed.scenario import Fault, RecordingError, Step, load_decoys
from inquest.testbed.timeline import SECONDS, Moment, Timeline, plan
from inquest.testbed.world import OBSERVED, World

WARM_UP_S = 12.0
FLUSH_S = 1.5
FILL_ROW_BYTES = 64_000
FILL_PAUSE_S = 0.05

Tell = Callable[[str], None]


@dataclass
class Recording:
    """One run: what was changed so far, and the ids that the truth is written in."""

    world: World
    tell: Tell
    changes: list[dict[str, Any]] = field(default_factory=list)
    ref_of_step: dict[str, str] = field(default_factory=dict)
    innocent_refs: list[str] = field(default_factory=list)

    def do(self, moment: Moment) -> None:
        """Carry out one step and note what a change log would show of it."""
        now = round(time.time(), 3)
        handler = getattr(self, f"_{moment.step.kind}")
        ref = handler(moment.step, now)
        if moment.step.id:
            self.ref_of_step[moment.step.id] = ref
        if ref and moment.innocent and ref not in self.innocent_refs:
            self.innocent_refs.append(ref)

    def _commit(self, step: Step, now: float) -> str:
        assert step.commit
        revision = self.world.repository.commit(step.commit)
        self.tell(f"commit {revision.sha[:8]} {revision.message}")
        self._note(now, "commit", None, revision)
        return revision.sha

    def _deploy(self, step: Step, now: float) -> str:
        service = step.deploy or ""
        revision = self.world.repository.built_from(service)
        old = f"v1.{self.world.version_of[service]}"
        self.world.deploy(service)
        new = f"v1.{self.world.version_of[service]}"
        self.tell(f"deploy {service} {old} -> {new} ({revision.sha[:8]})")
        versions = {"from": old, "to": new}
        self._add(now, "deploy", service, revision.sha, message=f"deploy {new}", **versions)
        return revision.sha

    def _config(self, step: Step, now: float) -> str:
        service = step.config or ""
        revision = self.world.repository.built_from(service)
        source = self.world.repository.config_file(service)
        shutil.copy(source, self.world.release_of[service] / "config" / source.name)
        self.tell(f"config of {service} rolled out ({revision.sha[:8]})")
        self._note(now, "config", service, revision)
        return revision.sha

    def _flag(self, step: Step, now: float) -> str:
        assert step.flag
        flag = step.flag
        self.world.change({"flags": {flag.name: flag.to}})
        turn = {"from": "off", "to": "on"} if flag.to else {"from": "on", "to": "off"}
        self.tell(f"flag {flag.name} {turn['from']} -> {turn['to']}")
        message = f"{turn['from']}->{turn['to']}"
        self._add(now, "flag", flag.service, flag.name, author=flag.author, message=message, **turn)
        return flag.name

    def _world(self, step: Step, _now: float) -> None:
        self.tell(f"surroundings: {step.world}")
        self.world.change(step.world or {})

    def _sql(self, step: Step, _now: float) -> None:
        for statement in step.sql or ():
            self.tell(f"outside feed: {statement}")
            self.world.query(statement)

    def _fill_disk(self, _step: Step, _now: float) -> None:
        self.tell("filling the database's volume")
        threading.Thread(target=self._fill, daemon=True).start()

    def _fill(self) -> None:
        statement = f"INSERT INTO audit (entry) VALUES (zeroblob({FILL_ROW_BYTES}))"  # noqa: S608
        try:
            while True:
                self.world.query(statement)
                time.sleep(FILL_PAUSE_S)
        except (RecordingError, OSError) as full:
            self.tell(str(full))

    def _hold_lock(self, _step: Step, _now: float) -> None:
        self.tell("a job takes the database's write lock and keeps it")
        self.world.hold_lock()

    def _burn(self, step: Step, _now: float) -> None:
        assert step.burn
        self.tell(f"{step.burn.workers} neighbours beside {step.burn.beside}")
        self.world.burn(step.burn.beside, step.burn.workers)

    def _stop(self, step: Step, _now: float) -> None:
        self.tell(f"{step.stop} dies")
        self.world.stop(step.stop or "")

    def _note(self, now: float, kind: str, service: str | None, revision: Revision) -> None:
        self._add(
            now, kind, service, revision.sha, author=revision.author, message=revision.message,
            files=list(revision.files), diff=revision.diff,
        )  # fmt: skip

    def _add(self, now: float, kind: str, service: str | None, ref: str, **more: Any) -> None:
        blank = dict.fromkeys(("author", "message", "files", "diff", "from", "to"))
        self.changes.append({"time": now, "kind": kind, "service": service, "ref": ref, **blank, **more})


def record(fault: Fault, out: Path, tell: Tell, seconds: float = SECONDS) -> Alert:
    """Record `fault` into the folder `out` and return the alert that paged; takes `seconds` + about 30.

    Every process is stopped before this returns, also on an error or an interrupt. Raises RecordingError.
    """
    timeline = plan(fault, load_decoys(), seconds)
    with tempfile.TemporaryDirectory(prefix="inquest-testbed-") as folder:
        root = Path(folder)
        world = World(root, Repository(root / "shop", root / "releases", fault.before), fault)
        recording = Recording(world, tell)
        try:
            started = _start(world, fault, timeline, tell)
            _play(recording, timeline, started)
            time.sleep(FLUSH_S)
        finally:
            world.stop_all()
        times = [started + at for at in (0.0, timeline.window_from, timeline.onset, timeline.end)]
        whole = [float(round(at)) for at in times]
        truth = _truth(fault, recording)
        start, window_from, onset, end = whole
        return pack(out, fault, world.telemetry, (start, window_from, onset, end), recording.changes, truth)


def _start(world: World, fault: Fault, timeline: Timeline, tell: Tell) -> float:
    """Start everything; return when the recording begins (epoch seconds), after a warm-up."""
    world.change({"bank_ca": str(certificates.issue(world.folder))})
    for service in ("nameserver", *OBSERVED):
        tell(f"starting {service}")
        world.start(service)
    started = time.time() + WARM_UP_S
    if fault.certificate_ends:
        # The authority that the services trust must be the one that signed; payment reads it at start.
        certificates.issue(world.folder, started + timeline.onset)
        world.deploy("payment")
    world.start("bank")
    world.start_load()
    tell(f"warming up for {WARM_UP_S:.0f} s")
    return started


def _play(recording: Recording, timeline: Timeline, started: float) -> None:
    for moment in timeline.moments:
        _wait(recording.world, started + moment.at)
        recording.tell(f"t{moment.at - timeline.onset:+.0f} s")
        recording.do(moment)
    _wait(recording.world, started + timeline.end)


def _wait(world: World, until: float) -> None:
    while (left := until - time.time()) > 0:
        world.check_alive()
        world.enforce_memory_limits()
        time.sleep(min(left, 1.0))


def _truth(fault: Fault, recording: Recording) -> dict[str, Any]:
    truth = fault.truth
    change = "none" if truth.change == "none" else recording.ref_of_step[truth.change]
    return {
        "services": list(truth.services),
        "change": change,
        "indicator": truth.indicator,
        "fault": fault.name if truth.services else "none",
        "remediation": truth.remediation,
        "blast_radius": list(truth.blast_radius),
        "decoys": [ref for ref in recording.innocent_refs if ref != change],
        "case": fault.about,
    }
