"""From what a source says to a Signal: services through the catalogue, times within reason, recorded windows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from inquest.config import Catalogue, CorrelationConfig
from inquest.config.tenant import RecordingConfig
from inquest.contracts.errors import Impossible
from inquest.contracts.message import derive_id
from inquest.contracts.redaction import Policy, Redactor
from inquest.contracts.redaction.models import Cleaning
from inquest.contracts.v1.controls import TEST_LABEL, TEST_SERVICE
from inquest.contracts.v1.signal import Signal
from inquest.intake.domain.reading import LABEL_CHARS_MAX, Reading

SERVICES_MAX = 50
EXEMPT = frozenset({"signal_id", "tenant", "source", "kind", "severity", "payload_ref", "payload_hash"})
"""Fields of a signal that are made here, or chosen from words of ours. Every other text may hold a secret."""

_SECRETS = Redactor(Policy(personal=False))  # what tells of people stays: it says whom to ask


@dataclass(frozen=True, slots=True)
class Context:
    """What the tenant's configuration and the delivery add to a reading."""

    tenant: str
    source: str
    received_at: datetime
    payload_ref: str
    catalogue: Catalogue
    rules: CorrelationConfig
    recording: RecordingConfig | None = None
    test: str = ""  # the id of a test page; its signals are about no real service


def to_signal(reading: Reading, context: Context) -> Signal:
    """Return the signal. A name that the catalogue does not know is kept as it is, and listed as unmatched."""
    if reading.kind is None:
        raise Impossible(f"not a signal: {reading.reason}")
    occurred_at, skew = bounded(reading.occurred_at, context)
    services, unmatched = _services(reading, context)
    recording = context.recording
    signal = Signal(
        signal_id=reading.signal_id(context.tenant, context.source),
        tenant=context.tenant,
        source=context.source,
        kind=reading.kind,
        occurred_at=occurred_at,
        received_at=context.received_at,
        title=reading.title,
        severity=reading.severity,
        services=services,
        unmatched=unmatched,
        metric=reading.metric,
        labels={**reading.labels, **({"clock_skew": skew} if skew else {}), **_marked(context)},
        dedup_key=reading.dedup_key,
        links=reading.links,
        payload_ref=context.payload_ref,
        window=reading.window or (recording.window if recording else None),
        baseline=reading.baseline or (recording.baseline if recording else None),
        change=reading.change,
        opens=reading.opens,
    )
    return cleaned(signal)


def cleaned(signal: Signal) -> Signal:
    """Return the signal without secrets in any of its texts, those too that tell it from others.

    A dedup key that holds one becomes a hash of itself: it still differs from other keys, and an alert and its
    resolution still have the same.
    """
    clean = Cleaning(_SECRETS, EXEMPT, room=LABEL_CHARS_MAX).model(signal)
    changes: dict[str, object] = {"services": tuple(dict.fromkeys(clean.services))}
    if clean.dedup_key != signal.dedup_key:
        hashed = derive_id("dedup-key", signal.tenant, signal.source, signal.dedup_key)
        changes["dedup_key"] = f"{signal.source}:{hashed}"
    return clean.model_copy(update=changes)


def _marked(context: Context) -> dict[str, str]:
    return {TEST_LABEL: context.test} if context.test else {}


def bounded(occurred_at: datetime, context: Context) -> tuple[datetime, str]:
    """Return a believable time and, where it was changed, what the source had said.

    A recording lies in the past on purpose, so its times are taken as they are.
    """
    if context.recording is not None:
        return occurred_at, ""
    received_at = context.received_at
    if occurred_at > received_at + timedelta(seconds=context.rules.future_s_max):
        return received_at, f"the source said {occurred_at.isoformat()}, after it was received: is its clock right?"
    oldest = received_at - timedelta(seconds=context.rules.past_s_max)
    if occurred_at < oldest:
        return oldest, f"the source said {occurred_at.isoformat()}, which is further back than past_s_max allows"
    return occurred_at, ""


def _services(reading: Reading, context: Context) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the services, and those names among them that the catalogue does not know."""
    if context.test:
        return (f"{TEST_SERVICE}-{context.test}",), ()  # one each: two tests are two incidents
    catalogue, source = context.catalogue, context.source
    resolved = (catalogue.resolve(name, source) for name in reading.hints)
    hinted = dict.fromkeys(service for service in resolved if service is not None)
    named = reading.services
    if reading.change and reading.change.repository and not named:
        if built := catalogue.built_from(reading.change.repository):
            return tuple(service for service in built if service in hinted) or built, ()
        named = ((reading.change.repository.rsplit("/", 1)[-1], reading.change.repository),)
    services: dict[str, None] = {}
    unmatched: dict[str, None] = {}
    for names in named[:SERVICES_MAX]:
        found = next((known for name in names if (known := catalogue.resolve(name, source)) is not None), None)
        services[found or names[0]] = None
        if found is None and catalogue:
            unmatched[names[0]] = None
    if not reading.change:  # where a change is concerned, hints only say which of a repository's services
        services.update(hinted)
    return tuple(services)[:SERVICES_MAX], tuple(unmatched)
