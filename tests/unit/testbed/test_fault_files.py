import ast

import pytest
import yaml
from inquest.testbed.main import split_of
from inquest.testbed.repository import Repository
from inquest.testbed.scenario import (
    Commit,
    Edit,
    Fault,
    RecordingError,
    fault_names,
    load_decoys,
    load_fault,
)
from inquest.testbed.timeline import SECONDS, plan
from inquest.testbed.world import OBSERVED

DECOYS = load_decoys()
FAULTS = {name: load_fault(name) for name in fault_names()}


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path / "shop", tmp_path / "releases")


def patched(before: str, diff: str) -> str:
    """Apply a unified diff of one file, in the way `patch` does but without any tolerance."""
    source, out, at = before.splitlines(keepends=True), [], 0
    for line in diff.splitlines(keepends=True)[2:]:
        if line.startswith("@@"):
            start = int(line.split()[1].lstrip("-").split(",")[0]) - 1
            out, at = [*out, *source[at:start]], start
        elif line.startswith("+"):
            out.append(line[1:])
        else:
            assert source[at] == line[1:]
            out += [] if line.startswith("-") else [line[1:]]
            at += 1
    return "".join([*out, *source[at:]])


def test_there_are_faults_of_every_sort():
    without_change = [name for name, fault in FAULTS.items() if fault.truth.change == "none"]
    kinds = {step.kind for fault in FAULTS.values() for step in fault.steps}
    assert len(FAULTS) >= 15
    assert len(without_change) >= 5
    assert {"deploy", "config", "flag", "sql", "burn", "fill_disk", "stop", "world"} <= kinds
    assert {split_of(name) for name in without_change} == {"tune", "test"}


@pytest.mark.parametrize("name", FAULTS)
def test_every_commit_of_a_recording_applies_and_its_diff_is_real(name, repository, tmp_path):
    fault = FAULTS[name]
    guilty = None
    for moment in plan(fault, DECOYS).moments:
        if not moment.step.commit:
            continue
        files = {edit.file for edit in moment.step.commit.edits}
        before = {file: (tmp_path / "shop" / file).read_text() for file in files}
        revision = repository.commit(moment.step.commit)
        after = {file: (tmp_path / "shop" / file).read_text() for file in files}
        assert set(revision.files) == files
        parts = ["--- a/" + part for part in revision.diff.split("--- a/")[1:]]
        for part in parts:
            file = part.split("\n", 1)[0].removeprefix("--- a/").strip()
            assert patched(before[file], part) == after[file]
        if moment.step.id == fault.truth.change:
            guilty = revision
    for path in (tmp_path / "shop").rglob("*"):
        if path.suffix == ".py":
            ast.parse(path.read_text())
        elif path.suffix == ".yaml":
            assert isinstance(yaml.safe_load(path.read_text()), dict)
    flips = [step.flag.name for step in fault.steps if step.flag]
    assert (guilty is not None) == (fault.truth.change != "none" and not flips)


@pytest.mark.parametrize("name", FAULTS)
def test_the_guilty_deploy_is_built_from_the_guilty_commit(name, repository):
    fault = FAULTS[name]
    guilty: dict[str, str] = {}
    for moment in plan(fault, DECOYS).moments:
        step = moment.step
        if step.commit:
            sha = repository.commit(step.commit).sha
            guilty |= {step.id: sha} if step.id else {}
        service = step.deploy or step.config
        if service and not moment.innocent:
            assert repository.built_from(service).sha == list(guilty.values())[-1]
            assert service in fault.truth.services
        elif service:
            assert repository.built_from(service).sha not in guilty.values()
    assert fault.truth.change in {*guilty, "none", *(step.id for step in fault.steps if step.flag)}


@pytest.mark.parametrize("name", FAULTS)
def test_the_truth_and_the_timeline_hold_together(name):
    fault = FAULTS[name]
    assert set(fault.truth.services) | set(fault.truth.blast_radius) <= set(OBSERVED)
    timeline = plan(fault, DECOYS)
    assert plan(fault, DECOYS) == timeline
    assert 0 < timeline.window_from < timeline.onset < timeline.end == SECONDS
    at = [moment.at for moment in timeline.moments]
    assert at == sorted(at)
    assert 0 < at[0] < at[-1] < SECONDS
    innocent = [m for m in timeline.moments if m.innocent and m.step.deploy]
    assert len(innocent) >= 2
    assert any(0 < timeline.onset - moment.at < 10 for moment in innocent)
    assert any(m.innocent and m.at > timeline.onset for m in timeline.moments)


def test_a_shorter_recording_has_the_same_steps_nearer():
    fault = FAULTS["library-connection-leak"]
    long, middle, short = (plan(fault, DECOYS, seconds) for seconds in (SECONDS, 96, 24))
    assert (long.window_from, long.onset) == (240, 254)
    assert short.end == 24
    assert [m.step for m in short.moments] == [m.step for m in long.moments]
    late = [timeline.moments[-1].at - timeline.onset for timeline in (long, middle, short)]
    assert late == [pytest.approx(late[0]), pytest.approx(late[0]), pytest.approx(late[0] / 4)]


def test_where_nothing_is_wrong_the_innocent_deploy_is_of_the_service_that_pages():
    fault = FAULTS["no-fault-declined-cards"]
    assert fault.truth.services == ()
    deploys = [m for m in plan(fault, DECOYS).moments if m.step.deploy]
    assert deploys[-1].step.deploy == fault.page.service


def test_the_shop_can_begin_otherwise_and_no_change_tells_of_it(tmp_path):
    made = Repository(tmp_path / "shop", tmp_path / "releases", FAULTS["traffic-surge-sale"].before)
    assert "size: 6\n" in made.config_file("checkout").read_text()
    assert len(made.revisions) == 1
    wrong = Edit(file="config/checkout.yaml", old="size: 7", new="")
    with pytest.raises(RecordingError, match=r"before the first start.* holds .size: 7. 0 times"):
        Repository(tmp_path / "other", tmp_path / "releases", (wrong,))


def test_a_commit_that_does_not_fit_is_refused(repository):
    edit = Edit(file="config/checkout.yaml", old="nothing like it", new="")
    with pytest.raises(RecordingError, match="holds 'nothing like it' 0 times"):
        repository.commit(Commit(author="a", message="m", edits=(edit,)))


def test_commits_are_named_by_content_and_order(tmp_path):
    made = [Repository(tmp_path / f"shop{i}", tmp_path / f"r{i}") for i in range(2)]
    shas = [[r.commit(decoy.commit).sha for decoy in DECOYS] for r in made]
    assert shas[0] == shas[1]
    assert len(set(shas[0])) == len(DECOYS)


def test_a_release_is_a_copy_of_its_own(repository):
    release = repository.release("checkout")
    repository.commit(FAULTS["pool-exhausted"].steps[0].commit)
    assert "size: 20" in (release / "config/checkout.yaml").read_text()
    assert "size: 2\n" in (repository.release("checkout") / "config/checkout.yaml").read_text()
    assert repository.config_file("checkout").name == "checkout.yaml"


def test_an_unknown_fault_lists_those_that_exist():
    with pytest.raises(RecordingError, match=r"no fault named 'x'; there are: .*pool-exhausted"):
        load_fault("x")


TRUTH = {"services": ["a"], "change": "none", "indicator": "i", "remediation": "none"}


@pytest.mark.parametrize(
    "content",
    [
        {"truth": TRUTH | {"change": "nobody"}},
        {"truth": TRUTH, "steps": [{"at": 0}]},
        {"truth": TRUTH, "steps": [{"at": 0, "deploy": "a", "stop": "b"}]},
        {"truth": TRUTH, "mood": "good"},
    ],
)
def test_a_malformed_fault_is_refused(content):
    with pytest.raises(ValueError, match="validation error"):
        Fault.model_validate({"name": "n", "about": "a", **content})
