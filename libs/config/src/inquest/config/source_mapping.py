"""How a source's own words become a signal: labels, event types, and JSON paths."""

import re
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from inquest.config.section import Section
from inquest.contracts.v1.signal import Severity

EVERY = "*"
Step = str | int
Scalar = str | int | float | bool
Becomes = Literal["alert", "resolution", "change", "ticket", "ignore"]
_STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\[(-?\d{1,6})\]|\[(\*)\]|\['([^']+)'\]|\[\"([^\"]+)\"\]")
_ROOT = re.compile(r"\$\$?")


@lru_cache(maxsize=2048)
def steps(path: str) -> tuple[Step, ...]:
    """Return the parts of a JSON path: its root (`$` or `$$`), then names, indexes and `*`. Raises ValueError."""
    root = _ROOT.match(path)
    if root is None:
        raise ValueError(f"{path!r} is not a path: it begins with $, such as $.host.app")
    found: list[Step] = [root[0]]
    at = root.end()
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            raise ValueError(
                f"{path!r} is not understood from {path[at:]!r} on: there are .name, ['a name'], [0], [-1] and [*]"
            )
        name, index, every, quoted, double = step.groups()
        found.append(int(index) if index else every or name or quoted or double)
        at = step.end()
    return tuple(found)


def _checked(path: str) -> str:
    steps(path)
    return path


def _short(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("$"):
        return {"path": value}
    return {"const": value} if isinstance(value, str | int | float | bool) else value


def _one_or_more(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


def _keys_as_json(values: Any) -> Any:
    """Return a mapping whose keys are as JSON has them: YAML reads 5 and true as a number and a boolean."""
    if not isinstance(values, dict):
        return values
    return {str(key).lower() if isinstance(key, bool) else str(key): value for key, value in values.items()}


JsonPath = Annotated[str, AfterValidator(_checked), Field(max_length=500, examples=["$.host.app", "$.tags[0]"])]
"""Where a value stands in a delivery: `$.host.app`, `$['a name'].b`, `$.tags[0]`, `$.tags[-1]`, `$.tags[*]`."""


class Lookup(Section):
    """Where one field is found: a path into the delivery, or a constant."""

    path: JsonPath | None = None
    const: Scalar | None = None
    values: Annotated[dict[str, str], BeforeValidator(_keys_as_json, json_schema_input_type=dict[str, str])] = Field(
        default_factory=dict, max_length=200, description="What is found, and what it means; `*` is anything else."
    )
    default: Scalar | None = Field(default=None, description="Used where the path leads to nothing.")
    optional: bool = Field(default=False, description="The path may lead to nothing: the field is then left out.")

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.path is None) == (self.const is None):
            raise ValueError("give either `path` or `const`")
        return self


OneField = Annotated[Lookup, BeforeValidator(_short, json_schema_input_type=Lookup | Scalar)]
"""`$.host.app` is short for `{path: $.host.app}`, and any other value for `{const: value}`."""

Fields = Annotated[
    tuple[OneField, ...],
    BeforeValidator(_one_or_more, json_schema_input_type=Lookup | Scalar | list[Lookup | Scalar]),
    Field(max_length=20),
]


class ChangeMapping(Section):
    """Where a change is described."""

    kind: OneField = Lookup(const="deploy")
    ref: OneField | None = None
    repository: OneField | None = None
    author: OneField | None = None
    environment: OneField | None = None
    url: OneField | None = None


class Mapping(Section):
    """Which part of a delivery is which field of a signal; a path is written from the delivery's own root."""

    each: JsonPath | None = Field(
        default=None,
        description="A list in the delivery that has one signal per element: paths that begin with $ are then "
        "written from the element, and those that begin with $$ from the delivery.",
    )
    kind: OneField = Field(default=Lookup(const="alert"), description="alert, resolution, change, ticket or ignore.")
    key: OneField | None = Field(default=None, description="Tells it from others; a repeat has the same.")
    occurred_at: OneField | None = Field(default=None, description="RFC 3339 or epoch; without one, when it came.")
    title: Fields = Field(default=(), description="The first that is there.")
    severity: OneField | None = None
    service: Fields = Field(default=(), description="Names of the one service, best first.")
    services: Fields = Field(default=(), description="Names of several services, one each.")
    metric: OneField | None = None
    dedup_key: Fields = Field(default=(), description="Joined: alerts with the same one are one incident.")
    labels: dict[str, OneField] = Field(default_factory=dict, max_length=50)
    links: Fields = ()
    change: ChangeMapping | None = Field(default=None, description="Where kind is change.")


class LabelRules(Section):
    """What the labels of alerts mean: Alertmanager, Grafana, and the tags of Datadog."""

    services: tuple[str, ...] = Field(
        default=(
            "service",
            "service_name",
            "app",
            "app_kubernetes_io_name",
            "application",
            "workload",
            "deployment",
            "kube_deployment",
            "statefulset",
            "daemonset",
            "container",
            "job",
        ),
        max_length=50,
        description="Labels that name the service, best first: the first value that the catalogue knows counts, "
        "or else the first that is there.",
    )
    severities: tuple[str, ...] = Field(
        default=("severity", "priority", "level"), max_length=20, description="Labels that tell the severity."
    )
    severity_values: dict[str, Severity] = Field(
        default={"none": "info"}, max_length=100, description="What a value means, before the usual words."
    )
    ignore: dict[str, tuple[str, ...]] = Field(
        default={"alertname": ("Watchdog", "InfoInhibitor", "DeadMansSwitch")},
        max_length=20,
        description="Alerts that fire to show that alerting works: no signal is made of them.",
    )


EventTypes = Annotated[dict[Annotated[str, Field(min_length=1, max_length=200)], Becomes], Field(max_length=200)]
"""Types of CloudEvents, or patterns with `*`, and what each becomes; the first that fits."""

READ_BY = {
    "labels": frozenset({"alertmanager", "grafana", "datadog", "cloudevents"}),
    "event_types": frozenset({"cloudevents"}),
    "mapping": frozenset({"generic", "cloudevents"}),
    "jira": frozenset({"jira"}),
    "sentry": frozenset({"sentry"}),
    "github": frozenset({"github"}),
}
"""Which settings each kind of source has."""
