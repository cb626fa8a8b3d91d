"""A summary of many lines says what the lines say, and loses no rare error."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from inquest.rca import summary as made_by
from inquest.rca.logs import find_error_signatures
from inquest.rca.summary import FAULT_EXEMPLARS, OTHERS, summarise
from inquest.rca.tables import Logs, Window

BASELINE, WINDOW = Window(0, 600), Window(600, 1200)
MESSAGES = ("GET /cart done", "connection refused by db-{}", "order {} paid", "cache miss for key {}", "disk is full")
LINE = st.tuples(
    st.integers(0, 1199),
    st.sampled_from(["api", "cart"]),
    st.sampled_from(["INFO", "WARN", "ERROR", ""]),
    st.sampled_from(MESSAGES),
    st.one_of(st.none(), st.integers(0, 30).map(str)),
)


def table(rows, *, spans=True):
    """Rows of (time, entity, severity, message, trace)."""
    columns = list(zip(*rows, strict=True)) if rows else [(), (), (), (), ()]
    times = np.array(columns[0], dtype=float)
    own = [f"span-{n}" for n in range(len(rows))]  # no line is another's twin
    return Logs(times, columns[1], columns[2], columns[3], columns[4], own if spans else None)


def findings(logs, patterns=(), traces=None, *, baseline=BASELINE):
    found = find_error_signatures(logs, patterns, window=WINDOW, baseline=baseline, traces=traces).findings
    return {(one.entity, one.statement, one.onset_at, one.strength, tuple(one.features.items())) for one in found}


def of_summary(logs, **more):
    made = summarise(logs, window=WINDOW, baseline=BASELINE, **more)
    return findings(made.sample, made.patterns, (made.traces_in, made.traces_before))


@example([(0, "api", "INFO", MESSAGES[0], None), (0, "api", "WARN", MESSAGES[0], None)])
@given(st.lists(LINE, max_size=150))
@settings(max_examples=50, deadline=None)
def test_counts_onsets_and_severities_are_those_of_the_lines(rows):
    rows = sorted(
        (at, entity, severity, text.format(n), None) for n, (at, entity, severity, text, _) in enumerate(rows)
    )
    assert of_summary(table(rows)) == findings(table(rows))


@given(st.lists(LINE, max_size=150))
@settings(max_examples=50, deadline=None)
def test_with_all_traces_in_the_sample_order_is_judged_as_from_the_lines(rows):
    rows = sorted(
        (at + n / 1000, entity, severity, text.format(n), trace or "none")
        for n, (at, entity, severity, text, trace) in enumerate(rows)
    )
    assert of_summary(table(rows)) == findings(table(rows))


@given(st.lists(LINE, min_size=1, max_size=150))
@settings(max_examples=50, deadline=None)
def test_every_line_is_counted_once_and_no_stretch_crosses_a_border(rows):
    rows.sort(key=lambda row: row[0])
    made = summarise(table(rows), window=WINDOW, baseline=BASELINE)
    assert sum(one.count for one in made.patterns) == made.lines == len(rows)
    for one in made.patterns:
        assert sum(one.counts) == one.count
        assert list(one.times) == sorted(one.times)
    before = sum(one.counts[one.times < 600].sum() for one in made.patterns)
    assert before == sum(row[0] < 600 for row in rows)


def test_rare_errors_are_all_among_the_exemplars():
    usual = [(n * 0.01, "api", "INFO", f"request {n} done in {n} ms", None) for n in range(30_000)]
    rare = [(700 + n, "api", "ERROR", f"request {n} done in never, shard {n}x is gone", None) for n in range(5)]
    hidden = [(800.0, "api", "ERROR", "request 7 done in 9 ms", None)]  # an error in the words of the usual
    made = summarise(table(sorted([*usual, *rare, *hidden])), window=WINDOW, baseline=BASELINE)
    kept = {text for one in made.patterns for text in one.exemplars}
    assert {row[3] for row in (*rare, *hidden)} <= kept
    assert len(kept) < 30


def test_many_different_errors_of_one_template_leave_a_bounded_number():
    rows = [(600 + n, "api", "ERROR", f"timeout after {n} s", None) for n in range(500)]
    (one,) = summarise(table(rows), window=WINDOW, baseline=BASELINE).patterns
    assert len(one.exemplars) == FAULT_EXEMPLARS
    assert one.exemplars[0] == "timeout after 0 s"


def test_a_sample_of_traces_scales_what_is_expected():
    rows = []
    for n in range(400):
        start = 1.5 * n if n < 200 else 600 + 1.5 * (n - 200)
        rows += [(start, "api", "INFO", "begin order", f"t{n}"), (start + 0.1, "api", "WARN", "slow disk", f"t{n}")]
    made = summarise(table(rows), window=WINDOW, baseline=BASELINE, sample_lines=100)
    assert len(made.sample) == 100
    assert (made.traces_in, made.traces_before) == (200, 200)
    assert of_summary(table(rows), sample_lines=100) == set()  # as many as ever: nothing to report


def test_more_templates_than_there_is_room_for_are_counted_and_errors_kept(monkeypatch):
    monkeypatch.setattr(made_by, "PATTERNS", 3)
    words = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel"]
    rows = [(float(n), "api", "INFO", f"{word} {word} {word}", None) for n, word in enumerate(words)]
    rows.append((700.0, "api", "ERROR", "the only error", None))
    made = summarise(table(rows), window=WINDOW, baseline=BASELINE)
    assert made.patterns[0].signature == "the only error"
    assert made.left_out == 6
    assert [one.count for one in made.patterns if one.signature == OTHERS] == [6.0]


def test_a_summary_whose_lines_belong_to_no_pattern_is_judged_by_its_counts():
    rows = [(700.0 + n, "api", "ERROR", "disk is full", f"t{n}") for n in range(20)]
    made = summarise(table(rows), window=WINDOW, baseline=BASELINE)
    assert findings(table(rows), made.patterns, (20, 0)) == findings(table(rows))
