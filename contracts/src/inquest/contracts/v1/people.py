"""What leaves for people, and what they say back."""

from typing import Literal

from pydantic import Field

from inquest.contracts.message import Id, Instant, Message

NoticeOutcome = Literal["sent", "recorded", "failed", "may-have-been-sent"]


class Notice(Message):
    """One message for one channel about one change of an investigation."""

    notice_id: Id
    tenant: Id
    investigation_id: Id
    verdict_id: Id
    revision: int
    channel: Id
    subject: str
    body: str
    payload: str = ""  # the JSON document for channels that take one
    live: bool = False  # shadow mode is the default: rendered and recorded, not sent


class NoticeSent(Message):
    """What became of a notice."""

    notice_id: Id
    tenant: Id
    investigation_id: Id
    channel: Id
    outcome: NoticeOutcome
    reason: str = ""
    at: Instant


class Feedback(Message):
    """A person says whether the verdict was right."""

    feedback_id: Id
    tenant: Id
    investigation_id: Id
    verdict_id: Id | None = None
    judgement: Literal["right", "wrong"]
    cause: str | None = Field(default=None, max_length=1000)
    given_by: str
    given_at: Instant
