"""What people decide about what is kept: legal holds, and what is erased for good."""

from pydantic import Field

from inquest.contracts.message import Id, Instant, Message


class Hold(Message):
    """Nothing of what it covers is deleted while it stands: neither by age nor on purpose.

    It covers a whole tenant, or one incident with its investigation. One that has ended is kept as a record.
    """

    hold_id: Id
    tenant: Id
    incident_id: Id | None = None
    investigation_id: Id | None = None
    reason: str = Field(max_length=500)
    by: str
    at: Instant
    ended_at: Instant | None = None
    ended_by: str = ""

    def covers(self, tenant: str, incident_id: str | None = None, investigation_id: str | None = None) -> bool:
        """Whether what belongs to these is held."""
        if tenant != self.tenant or self.ended_at is not None:
            return False
        if self.incident_id is None and self.investigation_id is None:
            return True
        same_incident = self.incident_id is not None and self.incident_id == incident_id
        return same_incident or (self.investigation_id is not None and self.investigation_id == investigation_id)


class Erasure(Message):
    """Somebody had something erased. It is kept, without content, so that no old copy brings it back.

    Attributes:
        before: of a whole tenant: what was stored before this time; None where one investigation or incident is meant.
        investigation_id: None with a whole tenant.
        incident_id: None where the incident itself stays.
    """

    erasure_id: Id
    tenant: Id
    investigation_id: Id | None = None
    incident_id: Id | None = None
    before: Instant | None = None
    reason: str = Field(max_length=500)
    by: str
    at: Instant


class Erased(Message):
    """What the trace store and the archive lost by an erasure."""

    erasure_id: Id
    rows: int = 0
    bundles: int = 0
    at: Instant
