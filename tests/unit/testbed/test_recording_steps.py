"""What a recording notes of each step, against a world that only remembers."""

import threading
from pathlib import Path

import pytest
from inquest.testbed import record as recorder
from inquest.testbed.record import Recording
from inquest.testbed.repository import Repository
from inquest.testbed.scenario import RecordingError, Step, load_fault
from inquest.testbed.timeline import Moment


class RememberingWorld:
    """Keeps what it was told; its disk is full after three statements."""

    def __init__(self, folder: Path) -> None:
        self.repository = Repository(folder / "shop", folder / "releases")
        self.release_of = {"checkout": self.repository.release("checkout")}
        self.version_of = {"checkout": 42}
        self.told: list[object] = []
        self.full = threading.Event()

    def deploy(self, service):
        self.version_of[service] += 1
        self.told.append(("deploy", service))

    def change(self, values):
        self.told.append(values)

    def query(self, sql):
        if len(self.told) >= 3:
            self.full.set()
            raise RecordingError("ordersdb: database or disk is full")
        self.told.append(sql)

    def hold_lock(self):
        self.told.append("lock held")

    def burn(self, beside, workers):
        self.told.append((beside, workers))

    def stop(self, service):
        self.told.append(("stop", service))


@pytest.fixture
def recording(tmp_path):
    return Recording(RememberingWorld(tmp_path), lambda _: None)


def do(recording, *, innocent=False, **step):
    recording.do(Moment(0.0, Step.model_validate({"at": 0, **step}), innocent))


def commit(old, new):
    edits = [{"file": "config/checkout.yaml", "old": old, "new": new}]
    return {"author": "a", "message": "m", "edits": edits}


def test_a_commit_and_its_deploy_bear_the_same_ref(recording):
    do(recording, id="shrink", commit=commit("size: 20", "size: 2"))
    do(recording, deploy="checkout")
    made, deployed = recording.changes
    assert (made["kind"], made["service"], made["author"]) == ("commit", None, "a")
    assert "-  size: 20\n+  size: 2\n" in made["diff"]
    assert (deployed["kind"], deployed["service"]) == ("deploy", "checkout")
    assert deployed["ref"] == made["ref"] == recording.ref_of_step["shrink"]
    assert (deployed["from"], deployed["to"]) == ("v1.42", "v1.43")
    assert recording.innocent_refs == []


def test_a_config_change_reaches_the_running_release(recording):
    do(recording, id="shrink", commit=commit("size: 20", "size: 2"))
    running = recording.world.release_of["checkout"] / "config/checkout.yaml"
    assert "size: 20" in running.read_text()
    do(recording, config="checkout")
    assert "size: 20" not in running.read_text()
    assert recording.changes[1]["kind"] == "config"
    assert recording.changes[1]["diff"] == recording.changes[0]["diff"]


def test_a_flag_is_named_by_its_name(recording):
    flag = {"name": "f", "service": "checkout", "author": "a"}
    do(recording, innocent=True, flag=flag | {"to": True})
    do(recording, flag=flag | {"to": False})
    assert [(c["ref"], c["from"], c["to"]) for c in recording.changes] == [
        ("f", "off", "on"),
        ("f", "on", "off"),
    ]
    assert recording.innocent_refs == ["f"]
    assert recording.world.told == [{"flags": {"f": True}}, {"flags": {"f": False}}]


def test_what_no_change_log_shows_is_not_in_it(recording, monkeypatch):
    monkeypatch.setattr(recorder, "FILL_PAUSE_S", 0.0)
    do(recording, world={"bank_delay_ms": 9})
    do(recording, sql=["UPDATE x"])
    do(recording, fill_disk=True)
    assert recording.world.full.wait(5)
    do(recording, burn={"beside": "recommend", "workers": 2})
    do(recording, stop="bank")
    do(recording, hold_lock=True)
    told = recording.world.told
    assert told[:2] == [{"bank_delay_ms": 9}, "UPDATE x"]
    assert told[2].startswith("INSERT INTO audit")
    assert told[3:] == [("recommend", 2), ("stop", "bank"), "lock held"]
    assert recording.changes == []


def test_the_truth_names_the_ref_and_the_innocent_ones(recording):
    fault = load_fault("pool-exhausted")
    do(recording, innocent=True, commit=commit("size: 20", "size: 19"))
    do(recording, id="shrink", commit=commit("size: 19", "size: 2"))
    truth = recorder._truth(fault, recording)
    assert truth["change"] == recording.changes[1]["ref"]
    assert truth["decoys"] == [recording.changes[0]["ref"]]
    assert recorder._truth(load_fault("disk-full"), recording)["change"] == "none"
    calm = recorder._truth(load_fault("no-fault-tight-limit"), recording)
    assert (calm["services"], calm["change"], calm["fault"]) == ([], "none", "none")
