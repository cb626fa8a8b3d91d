"""Bodies, parameters and answers of what people switch: the panic switch, mutes, and what became of notices."""

from typing import Self

from pydantic import AwareDatetime, Field, PositiveInt, model_validator

from inquest.api.domain.requests import Answer, Asked, TenantQuery, Words
from inquest.contracts.latest import AuditRecord, Id, Instant, Mute, NoticeKind, NoticeSent

MUTE_DAYS_MAX = 90
NAMES_MAX = 200


class PanicBody(Asked):
    """Stop, or let go on, everything that leaves."""

    on: bool
    reason: Words = Field(default="", max_length=500, description="Shown on everything that is held.")
    everywhere: bool | None = Field(
        default=None,
        description="For all tenants; needs a token for all. Absent: where the token is, and no tenant is named.",
    )


class Panic(Answer):
    """One panic switch."""

    tenant: str = Field(description="`*`: all tenants.")
    on: bool
    by: str
    at: Instant
    reason: str


class PanicStatus(Answer):
    """Whether what leaves for this tenant is stopped, and the switches that were ever used for it."""

    stopped: bool
    switches: tuple[Panic, ...]


class MuteBody(Asked):
    """People are not told about what it matches. Everything that is given must match."""

    services: tuple[str, ...] = Field(default=(), max_length=NAMES_MAX, description="Services; `*` for any characters.")
    sources: tuple[str, ...] = Field(default=(), max_length=NAMES_MAX, description="Sources of signals.")
    labels: dict[str, str] = Field(default_factory=dict, max_length=20, description="Labels of signals.")
    people: tuple[str, ...] = Field(default=(), max_length=NAMES_MAX, description="Only they are not told.")
    reason: Words = Field(min_length=1, max_length=500)
    starts_at: AwareDatetime | None = Field(default=None, description="Absent: now.")
    ends_at: AwareDatetime | None = Field(default=None, description="Give this or duration_s.")
    duration_s: PositiveInt | None = Field(default=None, le=MUTE_DAYS_MAX * 86_400)

    @model_validator(mode="after")
    def _has_one_end(self) -> Self:
        if (self.ends_at is None) == (self.duration_s is None):
            raise ValueError("ends_at: give either ends_at or duration_s: every mute ends")
        names = (*self.services, *self.sources, *self.people, *self.labels, *self.labels.values())
        if not names:
            raise ValueError("services: name at least one service, source, label or person (`*` for everything)")
        if not all(name.strip() and len(name) <= 200 for name in names):
            raise ValueError("services: each name has 1 to 200 characters")
        return self


class MutesAnswer(Answer):
    """Mutes that hold now or will; what has ended is in the audit."""

    mutes: tuple[Mute, ...]


class EndMuteBody(Asked):
    """Why a mute ends before its time."""

    reason: Words = Field(default="", max_length=500)


class MuteEnded(Answer):
    """The mute no longer holds."""

    mute_id: Id


class NoticesQuery(TenantQuery):
    """Which notices to list."""

    notice: Id | None = Field(default=None, description="This one.")
    investigation: Id | None = Field(default=None, description="Of this investigation.")
    channel: Id | None = Field(default=None, description="For this channel.")
    kind: NoticeKind | None = None
    outcome: str = Field(
        default="",
        pattern=r"^(sent|recorded|failed|may-have-been-sent|shadow|panic|mute|overtaken|rules)?$",
        description="What became of it: an outcome, or what held it back.",
    )
    page_size: int = Field(default=50, ge=1, le=500)
    page_token: str = Field(default="", max_length=100, description="`next_page_token` of the page before.")


class NoticesAnswer(Answer):
    """One page, newest first."""

    notices: tuple[NoticeSent, ...]
    next_page_token: str = Field(default="", description="Empty on the last page.")


class AuditAnswer(Answer):
    """What people switched, newest first."""

    records: tuple[AuditRecord, ...]


class AuditQuery(TenantQuery):
    """How much of the audit."""

    limit: int = Field(default=100, ge=1, le=1000)
