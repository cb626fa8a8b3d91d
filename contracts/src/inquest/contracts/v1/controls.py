"""What people switch while the system runs: the panic switch, mutes, and the record of who did it."""

from typing import Literal

from pydantic import Field

from inquest.contracts.message import Id, Instant, Message

EVERYWHERE = "*"
PANIC_KEY = "panic"  # of the PanicState in its bucket
TEST_HEADER = "X-Inquest-Test"  # of a delivery that `inquest test-page` sends: an id
TEST_LABEL = "inquest_test"  # of the signals that it becomes
TEST_SERVICE = "inquest-test"  # begins the name of what they are about, so that no real service had an incident
MUTES_MAX = 500  # per tenant, ended ones not counted
AuditAction = Literal[
    "panic-on",
    "panic-off",
    "mute-added",
    "mute-ended",
    "authenticated",  # who asked and was known; counted
    "authentication-refused",
    "access-refused",  # known, and not allowed
    "delivery-accepted",  # counted: stream INGEST holds each
    "delivery-refused",
    "investigation-asked",
    "cancellation-asked",
    "feedback-given",
    "incidents-merged",
    "incident-split",
    "config-applied",
    "topology-applied",
    "producer-added",  # who may publish deliveries on the bus, for which tenant
    "producer-removed",
    "admission-decided",
    "budget-refused",
    "notice-told",  # what became of a notice: it left, or may have, or was held
    "dead-redriven",
    "dead-discarded",
    "service-drained",
    "service-resumed",
    "log-level-set",
    "settings-read",
    "investigation-archived",
    "archive-deleted",  # by age
    "archive-restored",
    "hold-added",
    "hold-ended",
    "purged",  # on purpose: what, by whom, why
    "raw-keys-rotated",
    "raw-key-retired",
    "provider-promoted",  # a domain is answered by another sort of source
    "provider-rolled-back",  # and it is not any more; by a person, or by the rule
    "budget-saved",  # the default of a user or team
    "budget-cleared",
    "policy-refused",  # a call, by a rule
    "approval-asked",  # a write waits for a person
    "approval-given",
    "approval-refused",
    "approval-used",
    "records-lost",  # so many could not be kept while the bus was away
]
AuditOutcome = Literal["done", "refused", "failed", "unknown"]
AUDIT_GENESIS = "0" * 64  # what the first record of a chain names as the hash before it
NO_TENANT = "system"  # of what happens before anybody knows for whom


class PanicSwitch(Message):
    """Whether everything that leaves for a tenant (`*`: for all) is stopped, and who said so."""

    tenant: str
    on: bool
    by: str
    at: Instant
    reason: str = ""


class PanicState(Message):
    """The panic switches that were ever used, one per tenant and one for all."""

    switches: tuple[PanicSwitch, ...] = ()

    def stops(self, tenant: str) -> PanicSwitch | None:
        """Return the switch that stops what leaves for this tenant, or None."""
        return next((one for one in self.switches if one.on and one.tenant in (EVERYWHERE, tenant)), None)

    def with_switch(self, switch: PanicSwitch) -> "PanicState":
        """Return the state after one switch was set."""
        rest = (one for one in self.switches if one.tenant != switch.tenant)
        return PanicState(switches=(switch, *rest))


class Mute(Message):
    """People are not told about what it matches until it ends; signals are kept and correlated all the same.

    Everything that is set must match; `services`, `sources` and `people` match one of theirs, and may hold `*`.

    Attributes:
        labels: of a signal; a value may hold `*`.
        people: who is not told; others are.
    """

    mute_id: Id
    tenant: Id
    services: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    labels: dict[str, str] = Field(default_factory=dict)
    people: tuple[str, ...] = ()
    starts_at: Instant
    ends_at: Instant
    reason: str
    by: str


class Mutes(Message):
    """The mutes of one tenant."""

    mutes: tuple[Mute, ...] = Field(default=(), max_length=MUTES_MAX)


class AuditRecord(Message):
    """Somebody did something that must not be forgotten: one link of a chain of hashes.

    Attributes:
        by: who; a source, a channel or a service where it was no person.
        at: when; the last time, where `count` is more than one.
        about: the id of what it was done to; `*` for all tenants.
        count: how often since `since`, where the same is only counted.
        peer: the address that asked.
        chain: of one service instance and one tenant.
        number: in the chain, from 1, without gaps.
        previous: `hash` of the record before, AUDIT_GENESIS in the first.
        hash: SHA-256 of all the other fields in canonical JSON, in hex (`inquest.audit.chain`).
        follows: in the first record, `<chain>:<number>:<hash>` of the chain that it goes on from, if any.
        hashes: of what was done, where it is only counted, in ascending order; none where there are too many.
        hashes_digest: SHA-256 in hex of all these hashes, in ascending order, one a line.
    """

    record_id: Id
    tenant: Id
    action: AuditAction
    by: str
    at: Instant
    reason: str = ""
    about: str = ""
    outcome: AuditOutcome = "done"
    count: int = 1
    since: Instant | None = None
    peer: str = ""
    trace_id: str = ""
    service: str = ""
    chain: str = ""
    number: int = 0
    previous: str = ""
    hash: str = ""
    follows: str = ""
    hashes: tuple[str, ...] = ()
    hashes_digest: str = ""


class AuditCheckpoint(Message):
    """How far a chain had come: kept apart from it, so that a chain cut short or rewritten is seen."""

    tenant: Id
    service: Id
    chain: Id
    number: int
    hash: str
    at: Instant


class NoticeDue(Message):
    """A timer fired on the server: by now there should be an answer about this incident."""

    tenant: Id
    incident_id: Id
    due_at: Instant
