"""Which of two sorts of source answers a domain: asking for another, what was decided, and how their answers differ."""

from typing import Annotated, Literal

from pydantic import Field

from inquest.contracts.message import Id, Instant, Message
from inquest.contracts.v1.tools import Domain

Side = Literal["external", "internal"]
Use = Literal["external", "internal", "both"]
Percent = Annotated[float, Field(ge=0, le=100)]
Origin = Literal["priority", "configuration", "command"]

SWITCHES_MAX = 2000  # domains of all tenants that were ever switched by command
BOOK_KEY = "switches"  # of KV `gateway-switches`: all of them are one value
DIFFERENCES_MAX = 50  # of one comparison that are kept; their number is kept whatever it is


class SwitchSetting(Message):
    """Who answers a domain. `both`: `candidate` leads `percent` of the investigations, the other side the rest.

    Who does not lead is asked where the leading side has no answer, and on a sample to compare.
    """

    use: Use
    candidate: Side = "internal"  # the side that is tried; a rollback goes to the other one
    percent: Percent = 0


class ProviderSwitch(Message):
    """What was last decided for one domain of one tenant. Without a `setting`: what the configuration says.

    `number` counts the changes of all tenants and domains; a later one has a higher number.
    """

    tenant: Id
    domain: Domain
    setting: SwitchSetting | None = None
    number: int = 0
    by: str
    at: Instant
    reason: str = ""
    automatic: bool = False  # by the rule for rollbacks


class SwitchBook(Message):
    """All switches."""

    number: int = 0
    switches: tuple[ProviderSwitch, ...] = Field(default=(), max_length=SWITCHES_MAX)


class SwitchProvider(Message):
    """A person asks for another setting. `to` and `percent` absent: the next that makes sense.

    `configured` forgets what was switched by command.
    """

    tenant: Id
    domain: Domain
    action: Literal["promote", "rollback"]
    to: Literal["external", "internal", "both", "configured"] | None = None
    percent: Percent | None = None
    by: str
    reason: str = ""


class ProviderSwitched(Message):
    """A domain was switched, or stands already where it was asked to be. None of a setting: by priority."""

    switch: ProviderSwitch
    before: SwitchSetting | None = None
    now: SwitchSetting | None = None
    changed: bool = True


class ListSwitches(Message):
    """How the domains of a tenant stand; of one, or of all that have a source."""

    tenant: Id
    domain: Domain | None = None


class SwitchStanding(Message):
    """How one domain stands.

    Attributes:
        setting: who answers it; None: whoever has the highest priority.
        in_effect: false where its sources are of one sort, so that there is nothing to choose.
        external: names of the providers of that sort; `internal` alike.
        calls: of the candidate's that count for the rule, and how many failed; comparisons alike.
    """

    tenant: Id
    domain: Domain
    setting: SwitchSetting | None = None
    origin: Origin = "priority"
    in_effect: bool = False
    external: tuple[str, ...] = ()
    internal: tuple[str, ...] = ()
    compare_percent: Percent = 0
    calls: int = 0
    errors: int = 0
    compared: int = 0
    differing: int = 0
    switch: ProviderSwitch | None = None


class SwitchList(Message):
    """The domains of a tenant that have a source, by name."""

    standings: tuple[SwitchStanding, ...] = ()


class ToolDifference(Message):
    """One place where two answers differ. Values are JSON, cut; empty where a side has nothing there."""

    path: str
    kind: Literal["changed", "only-external", "only-internal", "order"]
    external: str = ""
    internal: str = ""


class ToolComparison(Message):
    """The same question, asked of both sides. Secrets were taken out of both answers before they were compared.

    Attributes:
        external: name of the provider that answered; empty where none did. `internal` alike.
        led_by: the side whose answer the investigation got.
        equal: whether no difference was found; false also where nothing could be compared.
        total: how many differences there are; `differences` has the first of them.
        problem: why nothing could be compared.
    """

    tenant: Id
    investigation_id: Id
    call_id: Id
    domain: Domain
    external: str = ""
    internal: str = ""
    led_by: Side
    equal: bool
    total: int = 0
    differences: tuple[ToolDifference, ...] = Field(default=(), max_length=DIFFERENCES_MAX)
    rows_external: int = 0
    rows_internal: int = 0
    problem: str = ""
    compared_at: Instant
