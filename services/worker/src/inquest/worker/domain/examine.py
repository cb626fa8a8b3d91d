"""The CPU-bound part of a step: decode what was answered and run the detector."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from inquest.contracts.errors import Impossible
from inquest.contracts.latest import CapabilityTask, Domain, Message
from inquest.contracts.payloads import decode
from inquest.rca.finding import Analysis
from inquest.worker.domain.answers import Answer
from inquest.worker.domain.detectors import DETECTORS, RESPONSES, question_of


@dataclass(frozen=True, slots=True)
class Examined:
    """What came out. `failures` names domains whose response was unusable; `failure` the analysis as a whole."""

    analysis: Analysis = field(default_factory=Analysis)
    failures: Mapping[Domain, str] = field(default_factory=dict)
    failure: str = ""
    analysis_ms: float = 0.0


def examine(task: CapabilityTask, answers: Sequence[Answer]) -> Examined:
    """Return the findings. Raises whatever the detector raises: that is a bug, and the caller shows it."""
    responses: dict[Domain, Message] = {}
    failures: dict[Domain, str] = {}
    for answer in answers:
        if answer.data is None:
            continue
        try:
            responses[answer.domain] = decode(answer.data, RESPONSES[answer.domain])
        except Impossible as error:
            failures[answer.domain] = f"its response cannot be used: {error}"
    if not responses:
        return Examined(failures=failures)
    return Examined(DETECTORS[task.capability_id](responses, question_of(task)), failures)
