"""The golden diff: what the contract leaves open makes no difference, everything else is found and named."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.latest import REQUESTS, RESPONSES
from inquest.contracts.v1.switching import DIFFERENCES_MAX
from inquest.gateway.domain.golden import VALUE_CHARS_MAX, compare


def plain(domain: str, **values) -> dict:
    return json.loads(RESPONSES[domain](**values).model_dump_json())


def line(time: float, message: str, severity: str = "error") -> dict:
    return {"time": time, "message": message, "severity": severity}


def logs(*rows: dict, **more) -> dict:
    return plain(
        "logs",
        times=[one["time"] for one in rows],
        services=["cart"] * len(rows),
        severities=[one["severity"] for one in rows],
        messages=[one["message"] for one in rows],
        trace_ids=[None] * len(rows),
        span_ids=[None] * len(rows),
        **more,
    )


def found(domain: str, one: dict, two: dict, **options) -> list[tuple[str, str, str, str]]:
    return [(d.path, d.kind, d.external, d.internal) for d in compare(domain, one, two, **options).differences]


def test_every_domain_can_be_compared():
    for domain in REQUESTS:
        golden = compare(domain, plain(domain), plain(domain))
        assert (golden.total, golden.rows_external, golden.rows_internal) == (0, 0, 0)


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ab")), max_size=12), st.randoms())
@settings(max_examples=50)
def test_lines_of_the_same_time_have_no_order(rows, chance: random.Random):
    one = sorted((line(time, text) for time, text in rows), key=lambda row: row["time"])
    two = sorted(chance.sample(one, len(one)), key=lambda row: row["time"])
    assert compare("logs", logs(*one), logs(*two)).total == 0


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ab"), st.sampled_from(["info", "error"])), max_size=8))
@settings(max_examples=50)
def test_a_row_too_few_is_always_found(rows):
    one = sorted((line(*row) for row in rows), key=lambda row: row["time"])
    golden = compare("logs", logs(*one), logs(*one[:-1]))
    assert (golden.total > 0) == bool(rows)
    assert golden.rows_external - golden.rows_internal == bool(rows)


def test_a_field_that_differs_is_named():
    one, two = logs(line(1.5, "timeout")), logs(line(1.5, "timeout", "warning"))
    assert found("logs", one, two) == [("lines[1.5 cart timeout].severity", "changed", '"error"', '"warning"')]
    assert found("logs", one, two, ignore=["severity"]) == []


def test_rows_of_one_side_only():
    one, two = logs(line(1, "a"), line(1, "a")), logs(line(1, "a"), line(2, "b"))
    assert [(path, kind) for path, kind, *_ in found("logs", one, two)] == [
        ("lines[1.0 cart a #2]", "only-external"),
        ("lines[2.0 cart b]", "only-internal"),
    ]


def test_a_pseudonym_makes_no_difference_and_the_kind_of_a_secret_does():
    ours = line(1.0, "login of [redacted:email#1f6c2a90] with key=[redacted:vendor-token#00ff00ff] failed")
    theirs = line(1.0, "login of [redacted:email] with key=[redacted:vendor-token#12345678] failed")
    other = line(1.0, "login of [redacted:name] with key=[redacted:vendor-token] failed")
    assert compare("logs", logs(ours), logs(theirs)).total == 0
    assert compare("logs", logs(ours), logs(other)).total == 2


def test_an_answer_out_of_order_differs_from_one_in_order():
    one = logs(line(1, "a"), line(2, "b"))
    two = logs(line(2, "b"), line(1, "a"))
    assert found("logs", one, two) == [("lines", "order", '"ascends"', '"does not ascend"')]


@pytest.mark.parametrize(
    ("one", "two", "differs"),
    [
        ({"lines_seen": None}, {"lines_seen": 7}, False),
        ({"lines_seen": 6}, {"lines_seen": 7}, True),
        ({"next_cursor": "a"}, {"next_cursor": "b"}, False),
        ({"truncated": True}, {}, True),
    ],
)
def test_what_an_answer_says_of_itself(one, two, differs):
    assert bool(found("logs", logs(**one), logs(**two))) == differs


def test_samples_are_compared_by_time_and_a_missing_one_is_missing_however():
    series = {"service": "cart", "metric": "errors"}
    one = plain("metrics", series=[series | {"times": [1, 2, 3], "values": [0.1 + 0.2, float("nan"), 5]}])
    two = plain("metrics", series=[series | {"times": [1, 2, 3], "values": [0.3, None, 6]}])
    assert found("metrics", one, two) == [("series[cart errors].samples[3.0]", "changed", "5.0", "6.0")]


def test_sets_have_no_order_and_histories_that_of_time():
    ticket = {"ticket_id": "OPS-1", "title": "slow", "created_at": 1.0}
    comments = [{"time": 1, "text": "a"}, {"time": 2, "text": "b"}]
    one = plain("tickets", tickets=[ticket | {"labels": ["x", "y"], "comments": comments}])
    two = plain("tickets", tickets=[ticket | {"labels": ["y", "x"], "comments": comments[::-1]}])
    assert found("tickets", one, two) == []
    two = plain("tickets", tickets=[ticket | {"labels": ["y"], "comments": comments}])
    assert [path for path, *_ in found("tickets", one, two)] == ["tickets[OPS-1].labels[0]", "tickets[OPS-1].labels[1]"]


def test_documents_are_ranked_and_their_scores_are_of_another_scale():
    pages = [{"document_id": name, "title": name, "score": score} for name, score in (("a", 0.9), ("b", 0.1))]
    other = [one | {"score": one["score"] * 100} for one in pages]
    assert found("documents", plain("documents", documents=pages), plain("documents", documents=other)) == []
    turned = plain("documents", documents=other[::-1])
    [(path, kind, *_)] = found("documents", plain("documents", documents=pages), turned)
    assert (path, kind) == ("documents", "order")


def test_attributes_are_compared_by_name():
    span = {"trace_ids": ["t"], "span_ids": ["s"], "parent_ids": [None], "services": ["a"], "names": ["n"]}
    rest = {"starts": [1.0], "durations_ms": [2.0], "errors": [None]}
    one, two = (plain("traces", **span, **rest, attributes=[{"http.status": code}]) for code in ("200", "500"))
    assert [path for path, *_ in found("traces", one, two)] == ["spans[t s].attributes[http.status]"]


def test_a_diff_is_bounded_and_counts_the_rest():
    one, two = logs(*(line(n, "x" * 5000) for n in range(300))), logs()
    golden = compare("logs", one, two)
    assert (golden.total, len(golden.differences)) == (300, DIFFERENCES_MAX)
    assert all(len(one.external) <= VALUE_CHARS_MAX and len(one.path) <= 300 for one in golden.differences)
    assert len(repr(golden)) < 50_000
