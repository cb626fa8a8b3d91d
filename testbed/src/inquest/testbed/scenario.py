"""What a fault file says: steps in time, and what is true about them."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

LOAD_PER_S = 20.0


class RecordingError(Exception):
    """The testbed cannot go on; the message says what to do."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Edit(_Strict):
    """Replaces the one occurrence of `old` in a file of the shop."""

    file: str
    old: str
    new: str


class Commit(_Strict):
    """A change to the working copy."""

    author: str
    message: str
    edits: tuple[Edit, ...] = Field(min_length=1)


class Flag(_Strict):
    """A feature flag that is flipped."""

    name: str
    service: str
    author: str
    to: bool


class Burn(_Strict):
    """Strangers' processes that use the CPU of a service's node."""

    beside: str
    workers: int = Field(ge=1, le=16)


class Step(_Strict):
    """One thing that happens, `at` seconds after the onset (before, where negative); exactly one kind.

    `deploy` and `config` name a service; `world` sets values of the surroundings; `sql` runs against the database
    as an outside feed would; `fill_disk` writes rows until the volume is full; `hold_lock` takes the database's
    write lock for good, as a job that hangs would; `stop` ends a process.
    """

    at: float
    id: str | None = None
    commit: Commit | None = None
    deploy: str | None = None
    config: str | None = None
    flag: Flag | None = None
    world: dict[str, Any] | None = None
    sql: tuple[str, ...] | None = None
    fill_disk: bool | None = None
    hold_lock: bool | None = None
    burn: Burn | None = None
    stop: str | None = None

    @property
    def kind(self) -> str:
        """The name of the one field that says what happens."""
        (kind,) = (name for name in self.model_fields_set - {"at", "id"})
        return kind

    @model_validator(mode="after")
    def _one_kind(self) -> "Step":
        if len(self.model_fields_set - {"at", "id"}) != 1:
            raise ValueError("a step is exactly one of commit, deploy, config, flag, world, sql, …")
        return self


Remediation = Literal[
    "rollback", "roll-forward", "config-revert", "flag-disable", "scale", "restart", "failover",
    "reschedule", "rotate-credential", "purge-data", "escalate-upstream", "none",
]  # fmt: skip


class Page(_Strict):
    """An alert rule of this recording's own: the metric's samples are all above a limit for `for_s` seconds."""

    service: str
    metric: str
    above: float
    for_s: int = Field(ge=1)


class Truth(_Strict):
    """The answer; `change` is the id of a step, or "none". Nothing is wrong where `services` is empty."""

    services: tuple[str, ...]
    change: str
    indicator: str
    remediation: Remediation
    blast_radius: tuple[str, ...] = ()


class Fault(_Strict):
    """One fault file.

    `certificate_ends` makes the bank's certificate expire at the onset. `nodes_apart` keeps node-a off the CPU of
    node-b, so that strangers on the one do not disturb the other. `silent` services are not instrumented: they
    export nothing and pass no trace on. `before` edits the shop before it is first started. `page` is the rule
    that pages instead of the shop's own, none of which may fire then. `metrics_every_s` is how often samples are
    taken.
    """

    name: str
    about: str
    steps: tuple[Step, ...] = ()
    truth: Truth
    certificate_ends: bool = False
    nodes_apart: bool = False
    silent: tuple[str, ...] = ()
    before: tuple[Edit, ...] = ()
    page: Page | None = None
    load_per_s: float = LOAD_PER_S
    metrics_every_s: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _change_is_a_step(self) -> "Fault":
        ids = {step.id for step in self.steps if step.id}
        if self.truth.change != "none" and self.truth.change not in ids:
            raise ValueError(f"truth.change {self.truth.change!r} is not the id of a step")
        return self


class Decoy(_Strict):
    """An innocent commit and the service that it is deployed with."""

    service: str
    commit: Commit


def fault_names() -> list[str]:
    """Return the names of all faults, sorted."""
    return sorted(item.name.removesuffix(".yaml") for item in _folder().iterdir() if _is_fault(item))


def load_fault(name: str) -> Fault:
    """Read one fault file; RecordingError where there is none or it is malformed."""
    path = _folder() / f"{name}.yaml"
    if not path.is_file():
        raise RecordingError(f"no fault named {name!r}; there are: {', '.join(fault_names())}")
    try:
        return Fault.model_validate({"name": name, **yaml.safe_load(path.read_text())})
    except (yaml.YAMLError, ValidationError) as error:
        raise RecordingError(f"faults/{name}.yaml: {error}") from error


def load_decoys() -> list[Decoy]:
    """Read the innocent commits."""
    content = yaml.safe_load((files("inquest.testbed") / "decoys.yaml").read_text())
    return [Decoy.model_validate(item) for item in content]


def _folder() -> Traversable:
    return files("inquest.testbed") / "faults"


def _is_fault(item: Traversable) -> bool:
    return item.name.endswith(".yaml")
