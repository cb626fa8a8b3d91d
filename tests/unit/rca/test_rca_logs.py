import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.rca.errorclass import error_classes
from inquest.rca.logs import find_error_signatures, surprise
from inquest.rca.tables import Logs, Pattern, Window
from inquest.rca.templates import Miner

BASELINE, WINDOW = Window(0, 600), Window(600, 1200)


def table(rows, *, spans=True):
    """Rows of (time, entity, severity, message, trace)."""
    columns = list(zip(*rows, strict=True)) if rows else [(), (), (), (), ()]
    times = np.array(columns[0], dtype=float)
    return Logs(times, columns[1], columns[2], columns[3], columns[4], columns[4] if spans else None)


def signatures(rows, patterns=(), *, baseline=BASELINE, spans=True):
    return find_error_signatures(table(rows, spans=spans), patterns, window=WINDOW, baseline=baseline)


def traffic(sequence, start, traces, *, prefix):
    """One trace every ten seconds; each logs the messages of `sequence` in order."""
    return [
        (start + 10 * n + at / 10, "api", severity, message.format(n), f"{prefix}{n}")
        for n in range(traces)
        for at, (severity, message) in enumerate(sequence)
    ]


OK = [("INFO", "begin order {}"), ("INFO", "load customer {}"), ("INFO", "done order {}")]
EARLY = [("INFO", "begin order {}"), ("INFO", "load customer {}")]
WARNED = [("INFO", "begin order {}"), ("WARN", "customer {} unknown"), ("INFO", "done order {}")]


class TestMiner:
    def test_numbers_ids_and_quotes_are_holes(self):
        miner = Miner()
        same = {
            miner.add(f'user {n} at 10.0.0.{n} id 1f{n:06x}-aaaa-4bbb-8ccc-{n:012x} said "{n} times" in {n}ms')
            for n in range(50)
        }
        assert len(same) == 1

    def test_words_that_differ_become_a_hole_and_other_sentences_stay_apart(self):
        miner = Miner()
        a = miner.add("connection to orders database refused by peer")
        assert miner.add("connection to carts database refused by peer") == a
        assert miner.add("payment gateway answered with an empty body") != a
        assert miner.text(a) == "connection to * database refused by peer"

    def test_a_code_location_is_the_template(self):
        miner = Miner()
        a = miner.add("c.s.OrderService#31 [find][id: 7]")
        assert miner.add("c.s.OrderService#31 anything else entirely") == a
        assert miner.add("c.s.OrderService#34 [find][id: 7]") != a

    @given(st.lists(st.text(max_size=60), max_size=30))
    @settings(max_examples=50)
    def test_any_text_gets_a_stable_number(self, messages):
        miner = Miner()
        first = [miner.add(message) for message in messages]
        assert first == [miner.add(message) for message in messages]
        assert all(0 <= number < len(miner.texts) for number in first)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("dial tcp: lookup db on 10.0.0.1:53: no such host", "dns"),
        ("x509: certificate has expired", "certificate"),
        ("java.lang.OutOfMemoryError: Java heap space", "memory"),
        ("write: no space left on device", "disk"),
        ("FATAL: remaining connection slots are reserved", "pool"),
        ("HTTP 429 too many requests", "throttle"),
        ("401 unauthorized", "auth"),
        ("json: cannot unmarshal string", "schema"),
        ("invalid memory address or nil pointer dereference", "nil"),
        ("KeyError: price", "defect"),
        ("index out of range [3] with length 3", "defect"),
        ("deadlock detected", "deadlock"),
        ("connect: connection refused", "refused"),
        ("context deadline exceeded", "timeout"),
        ("503 service unavailable", "unavailable"),
    ],
)
def test_error_classes(text, name):
    assert name in error_classes(text)


def test_a_new_error_is_found_with_its_first_moment():
    rows = traffic(OK, 0, 30, prefix="b") + traffic(OK, 600, 30, prefix="w")
    rows += [(900 + n, "api", "ERROR", f"connect to db {n}: connection refused", f"w{n}") for n in range(20)]
    found = [f for f in signatures(rows, spans=False).findings if f.features["detector"] == "template"]
    assert found[0].onset_at == 900
    assert found[0].features["novel"] is True
    assert "refused" in found[0].features["classes"]


def test_a_warning_that_grows_with_its_traffic_is_no_finding():
    warned = [("INFO", "begin {}"), ("WARN", "no cache entry {}")]
    rows = traffic(warned, 0, 12, prefix="b") + traffic(warned, 600, 48, prefix="w")
    assert not [f for f in signatures(rows).findings if f.features["detector"] == "template"]


def test_a_step_that_stops_following_is_a_flow_break():
    rows = traffic(OK, 0, 30, prefix="b") + traffic(EARLY, 600, 30, prefix="w")
    found = [f for f in signatures(rows).findings if f.features["detector"] == "flow"]
    assert found[0].features["ends"] is True
    assert "followed by nothing in 100 %" in found[0].statement


def test_a_new_branch_is_named_and_beats_a_known_branch_taken_more_often():
    new = traffic(OK, 0, 30, prefix="b") + traffic(WARNED, 600, 30, prefix="w")
    mixed = traffic(OK, 0, 20, prefix="b") + traffic(WARNED, 300, 10, prefix="c") + traffic(WARNED, 600, 30, prefix="w")
    strongest = [
        max(f.strength for f in signatures(rows).findings if f.features["detector"] == "flow") for rows in (new, mixed)
    ]
    assert strongest[0] > strongest[1]


def test_lines_delivered_twice_count_once():
    rows = traffic(OK, 0, 30, prefix="b") + traffic(OK, 600, 30, prefix="w")
    analysis = signatures(rows + rows[-60:])
    assert analysis.losses == ("60 log lines were delivered twice and count once.",)
    assert not analysis.findings


def test_vanished_lines_are_weak_findings():
    rows = traffic(OK, 0, 60, prefix="b")
    found = signatures(rows, spans=False).findings
    assert found
    assert all(f.strength < 0.4 and f.onset_at is None for f in found)


def test_without_a_baseline_only_severity_speaks():
    rows = [(700 + n, "api", "ERROR", "boom", None) for n in range(3)] + [(700, "api", "INFO", "fine", None)]
    analysis = signatures(rows, baseline=None)
    assert [f.features["template"] for f in analysis.findings] == ["boom"]
    assert "no baseline" in analysis.losses[0]


def test_without_severities_words_stand_in():
    rows = [(100, "api", "", "started", None)] + [(700 + n, "api", "", "request failed", None) for n in range(9)]
    analysis = signatures(rows)
    assert analysis.findings[0].features["severity"] == 2
    assert "no severity" in analysis.losses[0]


def test_a_source_that_samples_is_believed_about_its_own_counts():
    patterns = [
        Pattern("api", "upstream db timeout", 318, 318),
        Pattern("api", "served", 60, -980),
        Pattern("a", "x", 5, 0),
    ]
    found = signatures([], patterns).findings
    assert len(found) == 2
    assert found[0].features["novel"] is True
    assert found[0].strength > 2 * found[1].strength


@given(st.floats(0, 1e6), st.floats(0.1, 1e6))
def test_surprise_has_the_sign_of_the_difference(observed, expected):
    score = surprise(observed, expected)
    assert (score > 0) == (observed > expected) or abs(score) < 1e-3
