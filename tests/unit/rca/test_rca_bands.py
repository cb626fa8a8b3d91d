import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.rca.cause import Cause, Term
from inquest.rca.citations import check_statement
from inquest.rca.confidence import CERTAIN, LEAD_MIN, UNMEASURED, band, confidences
from inquest.rca.finding import Finding, Sight, analysis
from inquest.rca.ownership import owners
from inquest.rca.tables import Window
from inquest.rca.wording import clock, number, shortened

LOOKED = (Sight("collect-symptoms", "looked"), Sight("trace-failure-path", "degraded", "3 orphans"))


@pytest.mark.parametrize(
    ("confidence", "level"), [(0.95, "proven"), (0.8, "likely"), (0.5, "possible"), (0.1, "undetermined")]
)
def test_bands_follow_confidence(confidence, level):
    assert band(confidence, precedes=True, sources=2, coverage=LOOKED) == (level, ())


def test_no_higher_than_possible_unless_onset_precedes_and_a_second_source_agrees():
    late, why = band(0.97, precedes=False, sources=3, coverage=LOOKED)
    alone, why_alone = band(0.97, precedes=True, sources=1, coverage=LOOKED)
    assert (late, alone) == ("possible", "possible")
    assert "begin before" in why[0]
    assert "independent" in why_alone[0]


@pytest.mark.parametrize("status", ["failed", "skipped"])
def test_a_capability_that_could_not_look_lowers_the_ceiling_and_says_so(status):
    level, why = band(0.97, precedes=True, sources=2, coverage=(Sight("collect-change-risk", status, "no provider"),))
    assert level == "likely"
    assert why == (f"No higher than likely: collect-change-risk was {status} (no provider).",)


def cause(score, *terms):
    return Cause("unknown", "a", None, "m.", score, 0.0, (), (), "q?", tuple(Term("log", t) for t in terms))


def test_confidence_grows_with_the_lead_and_with_the_best_evidence():
    by_lead = [confidences([cause(2 + lead, 2.0), cause(2, 2.0)], UNMEASURED)[0] for lead in (0, 1, 2, 9)]
    by_evidence = [confidences([cause(2, best), cause(1, 1.0)], UNMEASURED)[0] for best in (0.1, 1, 2, 9)]
    assert by_lead == sorted(by_lead)
    assert by_evidence == sorted(by_evidence)
    assert by_lead[-1] <= CERTAIN


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=20), st.floats(-5, 9))
@settings(max_examples=50)
def test_no_cause_is_surer_than_one_ranked_above_it_and_all_share_one_certainty(scores, best):
    ranked = [cause(score, best) for score in sorted(scores, reverse=True)]
    sure = confidences(ranked, UNMEASURED)
    assert sure == sorted(sure, reverse=True)
    assert sum(sure) <= 1 + 1e-9
    assert 0 <= sure[-1] <= sure[0] <= CERTAIN


def test_two_causes_that_explain_alike_are_not_both_sure():
    first, second = confidences([cause(7.0, 3.9), cause(6.9, 3.9)], UNMEASURED)
    assert first + second <= 1
    assert first < 0.7


def test_a_close_rival_is_no_proof():
    level, (why,) = band(0.97, precedes=True, sources=2, coverage=LOOKED, lead=LEAD_MIN - 0.1)
    assert level == "likely"
    assert why == "No higher than likely: another candidate, or that nothing is wrong, is close behind."
    assert band(0.97, precedes=True, sources=2, coverage=LOOKED, lead=LEAD_MIN) == ("proven", ())


class TestCitations:
    """Numbers must stand in the evidence that a sentence cites."""

    window = Window(0, 100)
    slow = Finding(
        "metric",
        "api",
        "api latency rose from 100 to 3,000 ms (×30) at 00:00:10.",  # noqa: RUF001 - the sign of a factor
        window,
        10.0,
        0.8,
        {"effect": 12.0},
    )
    errors = Finding("log", "db", 'db logged "code 42" 7 times, 5 % of all.', window, 20.0, 0.8, {"count": 7.0})

    @pytest.mark.parametrize(
        "sentence",
        [
            "api latency rose to 3000 ms.",
            "api rose ×30 at 00:00:10, 12 spreads away.",  # noqa: RUF001 - the sign of a factor
            "db failed 7 times from 00:00:20 on.",
            'db says "code 43" for commit 12345abcdef in v1.42.',
            "Nothing here is a number.",
        ],
    )
    def test_numbers_that_stand(self, sentence):
        assert check_statement(sentence, [self.slow, self.errors]) == ()

    @pytest.mark.parametrize(
        ("sentence", "wrong"),
        [
            ("api latency rose to 4000 ms.", "4000 ms"),
            ("api failed 7 times.", "7"),
            ("db was slow at 00:00:11.", "00:00:11"),
            ("api latency rose to 3000 s.", "3000 s"),
        ],
    )
    def test_numbers_that_do_not(self, sentence, wrong):
        (problem,) = check_statement(sentence, [self.slow, self.errors])
        assert wrong in problem

    def test_a_change_is_a_subject_by_its_ref(self):
        change = Finding(
            "change", "", "commit abcdef012345: max from 50 to 10.", self.window, 1.0, 0.9, {"ref": "abcdef0123456789"}
        )
        assert check_statement("commit abcdef012345 on api: max from 50 to 10.", [self.slow, change]) == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (3000.4, "3000"),
        (0.01234, "0.0123"),
        (12.5, "12.5"),
        (2e9, "2.00e+09"),
        (1e-7, "1.00e-07"),
        (float("nan"), "unknown"),
    ],
)
def test_numbers_are_written_one_way(value, text):
    assert number(value) == text


def test_times_and_quotes_are_short():
    assert clock(1_700_000_000) == "22:13:20"
    assert shortened("a b c.") == "a b c"
    assert shortened("word " * 100, 20) == "word word word word …"


def test_owners_are_told_by_what_distinguishes_names():
    entities = ["shop-payment-service", "shop-cart-service", "shop-user-service", "shop-email-service"]
    assert owners(["services/payment/charge.go"], "refactor: x", entities) == ("shop-payment-service",)
    assert owners(["pkg/util/x.go"], "chore(cart): x", entities) == ("shop-cart-service",)
    assert owners(["services/service.go"], "chore: x", entities) == ()


def test_the_strongest_findings_are_kept_and_the_rest_is_counted():
    window = Window(0, 1)
    many = [Finding("log", f"e{n}", "s.", window, None, n / 300, {}) for n in range(300)]
    kept = analysis(many, ["a", "a"])
    assert len(kept.findings) == 200
    assert kept.findings[0].entity == "e299"
    assert kept.losses == ("a", "100 weaker findings were dropped.")
