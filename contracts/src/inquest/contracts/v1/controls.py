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
AuditAction = Literal["panic-on", "panic-off", "mute-added", "mute-ended"]


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
    """Somebody used a control."""

    record_id: Id
    tenant: Id
    action: AuditAction
    by: str
    at: Instant
    reason: str = ""
    about: str = ""  # the id of the mute, or `*` for all tenants


class NoticeDue(Message):
    """A timer fired on the server: by now there should be an answer about this incident."""

    tenant: Id
    incident_id: Id
    due_at: Instant
