"""Which stretch of time is looked at. Always from the incident or the configuration, never from a clock."""

from datetime import datetime, timedelta

from inquest.contracts.latest import Incident, StartInvestigation, Window
from inquest.planner.domain.terms import Span, Terms


def incident_span(incident: Incident, terms: Terms) -> Span:
    """Return the window and baseline of a page.

    The signal's own window comes first, then the recording that the tenant replays; otherwise the mode's
    reach around the time of the signal.
    """
    if incident.window is not None:
        return _given(incident.window, incident.baseline, terms)
    return terms.recording or _around(incident.opened_at, terms)


def request_span(start: StartInvestigation, terms: Terms) -> Span:
    """Return the window that a person asked for, with a baseline."""
    return _given(start.window, start.baseline, terms)


def _given(window: Window, baseline: Window | None, terms: Terms) -> Span:
    if baseline is None:
        baseline = terms.recording.baseline if terms.recording else _before(window.start, terms.baseline_s)
    return Span(window, baseline)


def _around(fired_at: datetime, terms: Terms) -> Span:
    start = fired_at - timedelta(seconds=terms.lookback_s)
    window = Window(start=start, end=fired_at + timedelta(seconds=terms.after_s))
    return Span(window, _before(start, terms.baseline_s))


def _before(start: datetime, length_s: float) -> Window:
    return Window(start=start - timedelta(seconds=length_s), end=start)


def widened(span: Span, round_number: int) -> Span:
    """Return the span of a round: each round after the first reaches back one length further.

    The edge between baseline and window stays where it is. Moving it would turn reference into incident, and a
    recording holds nothing before its baseline. A longer baseline steadies the reference, dilutes a fault that
    began before the window, and shows changes that went live long before their effect.
    """
    far = span.baseline or span.window
    reach = Window(start=far.start - (far.end - far.start) * (round_number - 1), end=far.end)
    return Span(span.window, reach) if span.baseline else Span(reach, None)
