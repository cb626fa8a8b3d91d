"""Bodies and answers of what investigations may spend."""

from typing import Literal

from pydantic import Field, PositiveInt

from inquest.api.domain.requests import SERVICES_MAX, Answer, Asked, BudgetBody
from inquest.contracts.latest import BudgetChoice, BudgetLevel, Limits, Mode, SavedBudget, Share

NAME_CHARS_MAX = 200


class SaveBudgetBody(Asked):
    """The default of a user or team from now on; what is left out is as without it."""

    level: BudgetLevel = "user"
    name: str = Field(default="", max_length=NAME_CHARS_MAX, description="Of the user or team; empty: whoever asks.")
    budget: BudgetBody


class ClearBudgetBody(Asked):
    """Whose default is taken away."""

    level: BudgetLevel = "user"
    name: str = Field(default="", max_length=NAME_CHARS_MAX, description="Of the user or team; empty: whoever asks.")


class ExplainBudgetBody(Asked):
    """A new investigation, as it might be asked for."""

    user: str = Field(default="", max_length=NAME_CHARS_MAX, description="Who would ask; empty: whoever asks now.")
    services: tuple[str, ...] = Field(default=(), max_length=SERVICES_MAX, description="Their first owner is the team.")
    mode: Mode | None = None
    budget: BudgetBody | None = Field(default=None, description="For that run alone.")


class Profile(Answer):
    """A named set of limits."""

    name: str
    mode: Mode
    limits: Limits
    shares: tuple[Share, ...] = ()


class QuotaRow(Answer):
    """What all investigations of the tenant together may spend in an hour or a day."""

    window: Literal["hour", "day"]
    scope: Literal["", "capability", "provider"] = Field(default="", description="Empty: of all.")
    name: str = ""
    calls_max: PositiveInt | None = None
    bytes_max: PositiveInt | None = None
    tokens_max: PositiveInt | None = None
    call_s_max: PositiveInt | None = None


class BudgetsAnswer(Answer):
    """The profiles, what the tenant has, and the saved defaults."""

    profiles: tuple[Profile, ...]
    saved: tuple[SavedBudget, ...]
    tenant_default: BudgetChoice
    quotas: tuple[QuotaRow, ...]


class BudgetCleared(Answer):
    """The default holds no longer."""

    level: BudgetLevel
    name: str
    was_saved: bool = Field(description="False: there was none.")


class BudgetExplained(Answer):
    """The limits that a new investigation would have, and who set each."""

    mode: Mode
    profile: str
    limits: Limits
    shares: tuple[Share, ...]
    limits_from: dict[str, str] = Field(
        description="By the name of a limit, `profile`, `provider:NAME` or `capability:NAME`: the level that set it. "
        "What is not named here is the mode's own."
    )
