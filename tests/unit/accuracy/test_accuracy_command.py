import json

import pytest
import typer
from inquest.cli.accuracy import Options, accuracy
from inquest.cli.accuracy_bus import answer_of
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import InvestigationStory, InvestigationSummary
from inquest.testkit.stories import InvestigationBuilder

ENGINE = Options(engine_only=True)


@pytest.fixture
def packs(pack_at, tmp_path):
    for name in ("one", "two"):
        pack_at(tmp_path / "packs" / name)
    return tmp_path / "packs"


def test_a_run_is_printed_and_its_progress_told_apart(packs, capsys):
    accuracy([packs], ENGINE)
    printed = capsys.readouterr()
    assert "packs/two" in printed.out
    assert "[2/2] packs/" in printed.err
    assert "[2/2]" not in printed.out


def test_json_is_one_object_that_a_later_run_is_compared_with(packs, capsys, tmp_path):
    accuracy([packs], Options(engine_only=True, as_json=True, baselines=True))
    printed = capsys.readouterr().out
    assert json.loads(printed)["baselines"]["latest-deploy"]["all"]["exact_change"] == 0
    (tmp_path / "run.json").write_text(printed)
    later = Options(engine_only=True, as_json=True, compare=tmp_path / "run.json", markdown=tmp_path / "accuracy.md")
    accuracy([packs], later)
    assert json.loads(capsys.readouterr().out)["compared"]["paired"] == 2
    assert "## Each case" in (tmp_path / "accuracy.md").read_text()


def test_a_case_is_explained(packs, capsys):
    accuracy([packs], Options(engine_only=True, explain="packs/one"))
    assert "1. db, change aaaa" in capsys.readouterr().out
    accuracy([packs], Options(engine_only=True, explain="one", as_json=True))
    assert json.loads(capsys.readouterr().out)["packs/one"]["candidates"][0]["parts"]
    with pytest.raises(InquestError, match="no case 'three'"):
        accuracy([packs], Options(engine_only=True, explain="three"))


def test_an_error_in_a_case_is_the_exit_status(packs):
    (packs / "one" / "signal.json").write_text("{}")
    with pytest.raises(typer.Exit):
        accuracy([packs], ENGINE)
    (packs / "one" / "truth.yaml").write_text("services: 3")
    with pytest.raises(InquestError, match=r"truth\.yaml"):
        accuracy([packs], ENGINE)


def test_what_cannot_be_measured_is_said(packs, tmp_path, capsys):
    for truth in packs.glob("*/truth.yaml"):
        truth.unlink()
    for folder, said in ((tmp_path / "no", "not a folder"), (packs / "one", "no pack has a truth.yaml")):
        with pytest.raises(InquestError, match=said):
            accuracy([folder], ENGINE)
    assert "packs/one: no truth.yaml" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    with pytest.raises(InquestError, match="no pack below"):
        accuracy([tmp_path / "empty"], ENGINE)
    with pytest.raises(InquestError, match=r"nothing\.json"):
        accuracy([packs], Options(engine_only=True, compare=tmp_path / "nothing.json"))


def story(state, *events):
    made = InvestigationBuilder()
    summary = InvestigationSummary(
        tenant=made.tenant,
        investigation_id=made.investigation_id,
        incident_id=made.incident_id,
        title="t",
        state=state,
        mode="balanced",
        opened_at=made.at(0),
    )
    return InvestigationStory(summary=summary, events=events, verdicts=(made.verdict(),))


def test_the_answer_of_an_investigation_is_what_it_concluded_on():
    made = InvestigationBuilder()
    concluded = made.recorded(9, "concluded", concluded=made.concluded()).message
    answer = answer_of(story("concluded", concluded), 1.5)
    verdict = made.verdict()
    assert (answer.band, answer.ms, answer.error) == (verdict.band, 1500, "")
    assert [one.entity for one in answer.candidates] == [one.cause.entity for one in verdict.hypotheses]
    assert answer_of(story("timed-out"), 1.0).error == "timed-out, without a verdict"
