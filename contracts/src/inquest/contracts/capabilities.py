"""The business capabilities that a planner may ask for, and the domains that can serve each."""

from dataclasses import dataclass

from inquest.contracts.v1.tools import Domain


@dataclass(frozen=True, slots=True)
class Capability:
    """What can be asked for, never how. `domains` are partial answers: any of them helps."""

    capability_id: str
    title: str
    domains: tuple[Domain, ...]
    outputs: tuple[str, ...]


COLLECT_SYMPTOMS = Capability("collect-symptoms", "What changed in the measurements", ("metrics",), ("metric",))
COLLECT_ERROR_SIGNATURES = Capability(
    "collect-error-signatures",
    "What the logs say that they did not say before",
    ("logs",),
    ("log",),
)
TRACE_FAILURE_PATH = Capability(
    "trace-failure-path", "Where errors and time arise on the call path", ("traces",), ("trace",)
)
COLLECT_CHANGE_RISK = Capability(
    "collect-change-risk",
    "Which changes went live near the onset",
    ("changes", "flags"),
    ("change", "flag"),
)
MAP_BLAST_RADIUS = Capability("map-blast-radius", "Who calls whom", ("topology", "traces"), ("trace",))

CAPABILITIES: tuple[Capability, ...] = (
    COLLECT_SYMPTOMS,
    COLLECT_ERROR_SIGNATURES,
    TRACE_FAILURE_PATH,
    COLLECT_CHANGE_RISK,
    MAP_BLAST_RADIUS,
)
