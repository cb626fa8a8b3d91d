"""The table is whole: every subject is kept once, every filter finds its stream, no two share work."""

from itertools import combinations, product

import pytest
from inquest.contracts.streams import STREAMS, Stream
from inquest.contracts.subjects import DEAD_PREFIX, SUBJECTS, Subject
from inquest.contracts.topology import (
    BUCKETS,
    BUDGETS_OWNER,
    CONSUMERS,
    READS,
    SERVICES,
    Consumer,
    consumer,
    consumers_of,
    worker_durable,
)

BY_NAME = {stream.name: stream for stream in STREAMS}
OUTSIDE = {"outside"}


def overlap(first: str, second: str) -> bool:
    """Whether some subject matches both patterns."""
    left, right = first.split("."), second.split(".")
    for a, b in zip(left, right, strict=False):
        if ">" in {a, b}:
            return True
        if a != b and "*" not in {a, b}:
            return False
    return len(left) == len(right)


def covers(wide: str, narrow: str) -> bool:
    """Whether every subject that matches `narrow` matches `wide`."""
    left, right = wide.split("."), narrow.split(".")
    for place, token in enumerate(left):
        if token == ">":
            return len(right) > place
        if place >= len(right) or right[place] == ">" or token not in {"*", right[place]}:
            return False
    return len(left) == len(right)


@pytest.mark.parametrize("row", SUBJECTS, ids=lambda row: row.name)
def test_every_subject_is_kept_by_exactly_its_stream(row: Subject) -> None:
    keepers = [stream.name for stream in STREAMS if any(overlap(s, row.pattern()) for s in stream.subjects)]
    assert keepers == ([row.stream] if row.stream else [])
    if row.stream:
        assert any(covers(subject, row.pattern()) for subject in BY_NAME[row.stream].subjects)


def test_streams_do_not_share_subjects() -> None:
    for first, second in combinations(STREAMS, 2):
        for a, b in product(first.subjects, second.subjects):
            assert not overlap(a, b), f"{first.name} and {second.name} both keep {a} / {b}"


@pytest.mark.parametrize("row", CONSUMERS, ids=lambda row: row.durable)
def test_every_filter_lies_within_its_stream(row: Consumer) -> None:
    assert row.filters
    for pattern in row.filters:
        assert any(covers(subject, pattern) for subject in BY_NAME[row.stream].subjects), pattern


@pytest.mark.parametrize("stream", [s for s in STREAMS if s.retention == "work-queue"], ids=lambda s: s.name)
def test_filters_on_a_work_queue_do_not_overlap_and_leave_nothing_out(stream: Stream) -> None:
    rows = [row for row in CONSUMERS if row.stream == stream.name]
    for first, second in combinations(rows, 2):
        for a, b in product(first.filters, second.filters):
            assert not overlap(a, b), f"{first.durable} and {second.durable}"
    for subject in SUBJECTS:
        if subject.stream == stream.name:
            assert any(overlap(pattern, subject.pattern()) for row in rows for pattern in row.filters)


def test_work_queues_and_truth_refuse_rather_than_drop() -> None:
    for stream in STREAMS:
        if stream.retention == "work-queue" or "truth" in stream.why:
            assert stream.discard == "new", stream.name
            assert stream.age_s_max is None, stream.name


def test_every_stream_is_bounded() -> None:
    assert all(stream.bytes_max > 0 and stream.duplicate_window_s > 0 for stream in STREAMS)


def test_every_consumer_is_bounded() -> None:
    for row in CONSUMERS:
        # Two deliveries are reserved for poison that kills the process; at least one must be left for the handler.
        assert row.deliver_max >= 3, row.durable
        assert row.ack_wait_s > 0, row.durable
        assert row.workers_max > 0, row.durable
        assert 0 < row.batch_max <= 1000, row.durable


def test_names_are_unique() -> None:
    for names in (
        [stream.name for stream in STREAMS],
        [row.durable for row in CONSUMERS],
        [bucket.name for bucket in BUCKETS],
        [row.name for row in SUBJECTS],
    ):
        assert len(names) == len(set(names))


def test_durables_carry_the_name_of_their_service() -> None:
    for row in CONSUMERS:
        assert row.service in SERVICES
        assert row.durable.startswith(f"{row.service}-")


def test_one_service_of_ours_publishes_each_subject() -> None:
    for row in SUBJECTS:
        ours = set(row.publishers) - OUTSIDE
        assert len(ours) == 1 or "service" in row.keys, row.name  # each publishes under its own name
        assert ours <= set(SERVICES), row.name


def test_requests_have_a_replier_and_are_kept_nowhere() -> None:
    for row in SUBJECTS:
        assert (row.reply is None) == (row.replier is None) == (row.stream is not None), row.name
        assert row.name.startswith("req.") == (row.replier is not None), row.name
        assert row.replier is None or row.replier in SERVICES


def test_every_fact_and_command_is_worked_off_by_somebody() -> None:
    for row in SUBJECTS:
        # Checkpoints wait for whoever verifies the audit.
        if row.stream and row.stream != "CHECKPOINTS" and not row.name.startswith("timer."):
            assert any(
                row.stream == c.stream and any(overlap(pattern, row.pattern()) for pattern in c.filters)
                for c in CONSUMERS
            ), row.name


def test_dead_letters_are_kept() -> None:
    (keeper,) = [stream for stream in STREAMS if f"{DEAD_PREFIX}.>" in stream.subjects]
    assert keeper.name == "DEAD"


def test_critical_and_normal_work_have_their_own_durables() -> None:
    assert worker_durable("collect-symptoms", "critical") == "worker-collect-symptoms-critical"
    assert consumer(worker_durable("collect-symptoms", "normal")) in consumers_of("worker")


def test_an_unknown_durable_is_an_error() -> None:
    with pytest.raises(KeyError):
        consumer("nobody")


def test_readers_and_owners_are_known() -> None:
    assert set(READS) <= set(SERVICES)
    assert {name for names in READS.values() for name in names} <= set(BY_NAME)
    assert BUDGETS_OWNER in SERVICES
    for bucket in BUCKETS:
        assert bucket.owner in {*SERVICES, "cli"}
        assert set(bucket.readers) <= set(SERVICES) - {bucket.owner}
