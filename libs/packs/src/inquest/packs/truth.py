"""`truth.yaml`: the answer. Only a benchmark reads it, after the verdict.

No provider may import this module, directly or through another: import-linter and a test hold that.
"""

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from inquest.packs.meta import reasons
from inquest.packs.problems import PackError, Problem

FILE = "truth.yaml"


class Truth(BaseModel):
    """What really happened.

    `services` are best first, none where nothing was wrong; `change` is a ref, "none", or None where it is not known.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    services: tuple[str, ...]
    change: str | None = None
    indicator: str | None = None
    fault: str | None = None
    remediation: str | None = None
    blast_radius: tuple[str, ...] = ()
    decoys: tuple[str, ...] = ()
    case: str | None = None

    @property
    def culprit(self) -> str | None:
        """The service at fault; None where nothing was wrong."""
        return self.services[0] if self.services else None


def read_truth(path: Path | str) -> Truth | None:
    """Return the truth of the pack in this folder, None where it has none; PackError where it is malformed."""
    file = Path(path) / FILE
    if not file.is_file():
        return None
    try:
        return Truth.model_validate(yaml.safe_load(file.read_bytes()))
    except (yaml.YAMLError, ValueError) as error:
        reason = reasons(error) if isinstance(error, ValidationError) else str(error)
        raise PackError(f"{file}: {reason}; expected a mapping with at least services") from error


def check_truth(path: Path | str) -> list[Problem]:
    """Return what is wrong with the truth file; a pack without one has nothing wrong."""
    try:
        read_truth(path)
    except PackError as error:
        return [Problem(FILE, 0, str(error))]
    return []
