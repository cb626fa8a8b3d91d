from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.accuracy.answer import Answer, Candidate
from inquest.accuracy.cases import Case, find_cases
from inquest.accuracy.judge import judge, rank_of, row_of
from inquest.accuracy.summary import set_figures, summarise
from inquest.packs import PackError
from inquest.packs.truth import Truth

CASE = Case("set", Path("one"))


def said(*candidates, band="likely"):
    return Answer(tuple(Candidate(entity, change, 0.8) for entity, change in candidates), band)


def row(answer, **truth):
    return row_of(CASE, answer, Truth.model_validate({"services": ("db",), **truth}))


def test_ranks_count_distinct_suspects():
    one = row(said(("api", "c1"), ("api", "c2"), ("db", "c1"), ("db", "none")), change="none")
    assert (one.service_rank, one.change_rank, one.exact_change, one.right) == (2, 3, False, False)


def test_only_the_first_of_the_true_services_is_the_true_one():
    assert row(said(("api", "none")), services=("db", "api")).service_rank is None


def test_the_service_alone_decides_where_the_change_is_not_known():
    one = row(said(("db", "c1")))
    assert (one.right, one.exact_change, one.change_rank) == (True, None, None)


def test_a_right_service_with_a_wrong_change_is_not_right():
    assert not row(said(("db", "c1")), change="none").right
    assert row(said(("db", "c1")), change="c1").right


def test_an_answer_without_candidates_blames_no_change():
    assert row(Answer(), change="none").exact_change is True
    assert row(Answer(), change="c1").exact_change is False
    assert row(Answer(error="broke"), change="none").exact_change is False


def test_a_method_that_names_no_change_is_not_judged_by_it():
    one = row(Answer((Candidate("db", "none", 0.0),), names_changes=False), change="none")
    assert (one.exact_change, one.change_rank, one.right) == (None, None, True)


@pytest.mark.parametrize(("band", "blamed"), [("possible", False), ("likely", True), ("proven", True)])
def test_a_decoy_is_blamed_above_possible(band, blamed):
    assert row(said(("db", "decoy"), band=band), change="c1", decoys=("decoy",)).decoy_blamed is blamed


@given(st.lists(st.sampled_from("abcdef"), max_size=12), st.sampled_from("abcdef"))
@settings(max_examples=50)
def test_rank_is_one_more_than_the_distinct_names_before(names, wanted):
    rank = rank_of(wanted, names)
    assert (rank is None) == (wanted not in names)
    if rank is not None:
        assert rank == len(set(names[: names.index(wanted)])) + 1


def test_sets_are_named_relative_to_what_was_given(pack_at, tmp_path):
    for name in ("alone", "shop/test/one", "shop/tune/two", "other/test/one"):
        pack_at(tmp_path / "packs" / name)
    cases = find_cases([tmp_path / "packs", tmp_path / "packs" / "shop"])
    assert [case.label for case in cases] == ["other/test/one", "packs/alone", "shop/test/one", "shop/tune/two"]
    assert [case.label for case in find_cases([tmp_path / "packs" / "shop" / "test" / "one"])] == ["test/one"]
    two = find_cases([tmp_path / "packs" / "shop", tmp_path / "packs" / "other"])
    assert [case.set_name for case in two if case.name == "one"] == sorted(
        str(tmp_path / "packs" / name / "test") for name in ("shop", "other")
    )


def test_a_pack_without_a_truth_is_left_out_and_a_broken_one_is_an_error(pack_at, tmp_path):
    with_truth, without = Case("s", pack_at(tmp_path / "a")), Case("s", pack_at(tmp_path / "b", truth=None))
    rows, unscored = judge({without: said(("db", "none")), with_truth: said(("db", "none"))})
    assert ([one.case for one in rows], unscored) == (["a"], [without])
    (with_truth.path / "truth.yaml").write_text("services: 3\n")
    with pytest.raises(PackError, match=r"truth\.yaml"):
        judge({with_truth: said()})


def test_figures_of_a_run():
    answers = [
        (said(("db", "c1"), band="proven"), {"change": "c1"}),
        (said(("api", "d"), ("db", "none")), {"change": "none", "decoys": ("d",)}),
        (said(("api", "none"), ("cart", "none"), ("db", "none"), band="undetermined"), {}),
        (Answer(error="broke"), {}),
    ]
    figures = summarise([row(answer, **truth) for answer, truth in answers])
    one, every = figures["sets"]["set"], figures["all"]
    assert (one["cases"], one["ac1"], one["ac3"], one["exact_change"]) == (4, 0.25, 0.75, 0.5)
    assert one["avg5"] == pytest.approx((1 + 0.8 + 0.6) / 4)
    assert (one["decoys_blamed"], one["abstained"], one["errors"]) == (1, 2, 1)
    assert every["right"] == 0.25
    assert every["brier"] == pytest.approx((0.2**2 + 2 * 0.8**2 + 0) / 4)
    assert {"brier_skill", "auroc", "ece", "ece_ci", "rss_mb", "ms_median", "ms_max"} <= every.keys()
    assert [found["case"] for found in figures["per_case"]] == ["one"] * 4


def test_a_set_whose_changes_are_unknown_has_no_share_of_exact_changes():
    assert summarise([row(said(("db", "c1")))])["sets"]["set"]["exact_change"] is None


class TestNothingWrong:
    """Where nothing was wrong, to abstain is right, and whatever is named is not."""

    def test_an_abstention_blames_nobody(self):
        judged = row(said(("api", "c1"), band="undetermined"), services=(), change="none")
        assert (judged.fault, judged.service_rank, judged.right, judged.exact_change) == (False, None, False, True)

    def test_a_change_that_is_blamed_is_not_exact(self):
        assert row(said(("api", "c1")), services=(), change="none").exact_change is False

    def test_a_cause_called_likely_is_a_false_alarm_and_counts_in_no_rank(self):
        rows = [row(said(("api", "none")), services=()), row(said(("db", "none")))]
        figures = set_figures(rows)
        assert (figures["no_fault"], figures["false_alarms"], figures["ac1"]) == (1, 1, 1.0)
        assert set_figures(rows[:1])["ac1"] is None
