"""Where signals come from: one entry per source, with what its deliveries must prove."""

from functools import cache
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PositiveInt, model_validator

from inquest.config.section import SecretRefs, Section
from inquest.config.source_mapping import READ_BY, EventTypes, LabelRules, Mapping
from inquest.config.source_rules import GitHubRules, JiraRules, SentryRules

SourceKind = Literal[
    "pagerduty",
    "jira",
    "opsgenie",
    "sentry",
    "github",
    "alertmanager",
    "grafana",
    "datadog",
    "cloudevents",
    "generic",
]
Scheme = Literal["pagerduty-v3", "hub-sha256", "hex-sha256", "bearer", "basic", "header", "mtls"]
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,99}$")]


class Auth(Section):
    """How a delivery proves where it comes from."""

    scheme: Scheme
    header: HeaderName | None = Field(
        default=None, description="Header that holds the signature (…-sha256, pagerduty-v3), secret or certificate."
    )
    timestamp_header: HeaderName | None = Field(
        default=None, description="hex-sha256: the signature is over `<unix-seconds of this header>:<body>`."
    )
    window_s: PositiveInt = Field(default=300, description="hex-sha256: how far that time may be from ours.")
    user: str = Field(
        default="inquest", min_length=1, max_length=100, pattern="^[^:]+$", description="basic: the user."
    )
    subjects: tuple[str, ...] = Field(
        default=(), max_length=20, description="mtls: values of `header` that the ingress sets for good certificates."
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.scheme in {"header", "mtls"} and self.header is None:
            raise ValueError(f"scheme {self.scheme} needs the name of the `header`")
        if (self.scheme == "mtls") != bool(self.subjects):
            raise ValueError("`subjects` belongs to scheme mtls, which needs at least one")
        if self.timestamp_header and self.scheme != "hex-sha256":
            raise ValueError("`timestamp_header` belongs to scheme hex-sha256")
        return self


def _scheme_alone(value: Any) -> Any:
    return {"scheme": value} if isinstance(value, str) else value


AuthOrScheme = Annotated[Auth, BeforeValidator(_scheme_alone, json_schema_input_type=Auth | Scheme)]
"""`auth: bearer` is short for `auth: {scheme: bearer}`."""

AUTHS: dict[SourceKind, Auth] = {
    "pagerduty": Auth(scheme="pagerduty-v3", header="X-PagerDuty-Signature"),
    "jira": Auth(scheme="hub-sha256", header="X-Hub-Signature"),
    "opsgenie": Auth(scheme="bearer"),
    "sentry": Auth(scheme="hex-sha256", header="Sentry-Hook-Signature"),
    "github": Auth(scheme="hub-sha256", header="X-Hub-Signature-256"),
    "alertmanager": Auth(scheme="bearer"),
    "grafana": Auth(scheme="hex-sha256", header="X-Grafana-Alerting-Signature"),
    "datadog": Auth(scheme="bearer"),
    "cloudevents": Auth(scheme="bearer"),
    "generic": Auth(scheme="pagerduty-v3", header="X-Inquest-Signature"),
}
"""What each source does unless told otherwise."""

_HEADERS: dict[Scheme, str] = {
    "pagerduty-v3": "X-Inquest-Signature",
    "hub-sha256": "X-Hub-Signature-256",
    "hex-sha256": "X-Signature",
}


class SourceConfig(Section):
    """Where signals come from."""

    kind: SourceKind
    secret: SecretRefs = Field(
        default=(),
        max_length=5,
        description="What deliveries are signed with, or carry: a reference, or several while one is rotated.",
    )
    auth: AuthOrScheme | None = Field(default=None, description="Another way to prove than the source's own.")
    unauthenticated: bool = Field(default=False, description="Take webhooks from anybody who knows the address.")
    bus_only: bool = Field(default=False, description="Take no webhooks: only the bus delivers.")
    labels: LabelRules = Field(default=LabelRules(), description="alertmanager, grafana, datadog: what labels mean.")
    event_types: EventTypes = Field(
        default_factory=dict,
        description="cloudevents: what events become by their type, in order; types that fit none follow a convention.",
    )
    mapping: Mapping | None = Field(
        default=None, description="generic, cloudevents: where the fields of a signal stand in the JSON."
    )
    jira: JiraRules = Field(default=JiraRules(), description="jira: what tickets do.")
    sentry: SentryRules = Field(default=SentryRules(), description="sentry: what issues do.")
    github: GitHubRules = Field(default=GitHubRules(), description="github: which events are changes.")

    @model_validator(mode="after")
    def _reads_what_is_given(self) -> Self:
        for name, kinds in READ_BY.items():
            # What shows every default sets them all.
            if self.kind not in kinds and getattr(self, name) != _defaults()[name]:
                raise ValueError(f"`{name}` belongs to {', '.join(sorted(kinds))}; {self.kind} does not read it")
        return self

    @model_validator(mode="after")
    def _proves_itself(self) -> Self:
        given = {
            "secret": bool(self.secret),
            "auth mtls": self.auth is not None and self.auth.scheme == "mtls",
            "unauthenticated": self.unauthenticated,
            "bus_only": self.bus_only,
        }
        chosen = [name for name, is_given in given.items() if is_given]
        if not chosen:
            raise ValueError(
                f"{self.kind} has no `secret`, so anybody could send alerts; give one, or write `bus_only: true` "
                "where only the bus delivers, or `unauthenticated: true` to take webhooks from anybody"
            )
        if len(chosen) > 1:
            raise ValueError(f"{self.kind}: {' and '.join(chosen)} exclude each other")
        return self

    @property
    def verification(self) -> Auth:
        """How deliveries prove themselves, with the header that they use."""
        auth = self.auth or AUTHS[self.kind]
        if auth.header is not None or auth.scheme not in _HEADERS:
            return auth
        own = AUTHS[self.kind]
        header = own.header if own.scheme == auth.scheme else None
        return auth.model_copy(update={"header": header or _HEADERS[auth.scheme]})


@cache
def _defaults() -> dict[str, Any]:
    """Return what is not given, made once: pydantic copies a default deeply for each that asks."""
    return {name: SourceConfig.model_fields[name].get_default(call_default_factory=True) for name in READ_BY}
