"""What one check of `inquest doctor` found."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. `fix` says what to do; empty when all is well."""

    name: str
    status: Status
    text: str
    fix: str = ""
