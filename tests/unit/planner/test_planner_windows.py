from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.latest import Focus, StartInvestigation, Window
from inquest.planner.domain.terms import Span
from inquest.planner.domain.windows import incident_span, request_span, widened

MINUTES = st.integers(1, 10_000).map(lambda minutes: timedelta(minutes=minutes))


def window(build, start_min, end_min):
    return Window(start=build.t0 + timedelta(minutes=start_min), end=build.t0 + timedelta(minutes=end_min))


def start_of(span):
    return StartInvestigation(
        tenant="acme", investigation_id="inv-1", title="t", focus=Focus(), window=span, requested_by="ann"
    )


def test_a_live_page_is_looked_at_around_its_time(build):
    span = incident_span(build.incident(), build.terms())
    assert span.window == window(build, -60, 10)
    assert span.baseline == window(build, -180, -60)


def test_the_signals_own_window_comes_first(build):
    own, recording = window(build, -5, 5), Span(window(build, -9, 9), window(build, -30, -9))
    incident = build.incident(window=own, baseline=window(build, -20, -10))
    assert incident_span(incident, build.terms(recording=recording)) == Span(own, window(build, -20, -10))


def test_a_recording_gives_the_window_and_may_have_no_baseline(build):
    recording = Span(window(build, -9, 9), None)
    assert incident_span(build.incident(), build.terms(recording=recording)) == recording


def test_a_given_window_gets_the_recordings_baseline_or_the_modes(build):
    own = window(build, -5, 5)
    recording = Span(window(build, -9, 9), None)
    assert incident_span(build.incident(window=own), build.terms(recording=recording)).baseline is None
    assert incident_span(build.incident(window=own), build.terms()).baseline == window(build, -125, -5)


def test_a_person_gives_the_window(build):
    own = window(build, -5, 5)
    assert request_span(start_of(own), build.terms()) == Span(own, window(build, -125, -5))


@settings(max_examples=50)
@given(length=MINUTES, reach=MINUTES, number=st.integers(1, 5), has_baseline=st.booleans())
def test_widening_reaches_back_and_never_moves_the_edge(build, length, reach, number, has_baseline):
    own = Window(start=build.t0, end=build.t0 + length)
    baseline = Window(start=build.t0 - reach, end=build.t0) if has_baseline else None
    wide = widened(Span(own, baseline), number)
    assert wide.window.end == own.end
    if baseline is None:
        assert wide.baseline is None
        assert wide.window.end - wide.window.start == length * number
    else:
        assert wide.window == own
        assert wide.baseline.end == baseline.end
        assert wide.baseline.end - wide.baseline.start == reach * number


@pytest.mark.parametrize("has_baseline", [True, False])
def test_the_first_round_is_not_widened(build, has_baseline):
    span = Span(window(build, -5, 5), window(build, -9, -5) if has_baseline else None)
    assert widened(span, 1) == span
