"""`pack.yaml` and `signal.json`: the two files that every pack has."""

from pathlib import Path
from typing import Any

import orjson
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from inquest.packs.problems import PackError, ProblemLog
from inquest.packs.times import TimeRange, parse_time

META_EXPECTED = "id, title and window {start, end}, with times in RFC 3339 or epoch seconds"
SIGNAL_EXPECTED = '{"source": "pagerduty", "body": {…the native payload…}}'


class PackMeta(BaseModel):
    """What `pack.yaml` says. Times are epoch seconds UTC; `baseline` is None where the pack names none."""

    model_config = ConfigDict(frozen=True, extra="ignore", arbitrary_types_allowed=True)

    id: str = Field(min_length=1)
    title: str
    window: TimeRange
    baseline: TimeRange | None = None
    origin: str = ""
    licence: str = ""

    @field_validator("window", "baseline", mode="before")
    @classmethod
    def _range(cls, value: object) -> object:
        if value is None or isinstance(value, TimeRange):
            return value
        if not isinstance(value, dict) or not {"start", "end"} <= value.keys():
            raise ValueError("must be {start, end}")
        found = TimeRange(parse_time(value["start"]), parse_time(value["end"]))
        if found.start >= found.end:
            raise ValueError("start must be before end")
        return found

    @model_validator(mode="after")
    def _in_order(self) -> "PackMeta":
        if self.baseline and self.baseline.start >= self.window.end:
            raise ValueError("baseline must not lie after window")
        return self

    @property
    def extent(self) -> TimeRange:
        """From the first start of baseline and window to the last end."""
        first = self.baseline or self.window
        return TimeRange(min(first.start, self.window.start), max(first.end, self.window.end))


def read_meta(folder: Path, problems: ProblemLog) -> PackMeta:
    """Read `pack.yaml`; raises PackError that names the file and what is expected."""
    path = folder / "pack.yaml"
    try:
        content = yaml.safe_load(path.read_bytes())
    except OSError as error:
        raise PackError(f"{path}: {_why(error)}; expected {META_EXPECTED}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise PackError(f"{path}: not YAML: {error}; expected {META_EXPECTED}") from error
    if not isinstance(content, dict):
        raise PackError(f"{path}: not a mapping; expected {META_EXPECTED}")
    unknown = {str(key) for key in content} - PackMeta.model_fields.keys()
    problems.add_unknown(0, unknown, "field")
    try:
        return PackMeta.model_validate({str(key): value for key, value in content.items()})
    except ValidationError as error:
        raise PackError(f"{path}: {reasons(error)}; expected {META_EXPECTED}") from error


def read_signal(folder: Path) -> dict[str, Any]:
    """Read `signal.json` as {"source", "body"}; raises PackError as `read_meta` does."""
    path = folder / "signal.json"
    try:
        content = orjson.loads(path.read_bytes())
    except OSError as error:
        raise PackError(f"{path}: {_why(error)}; expected {SIGNAL_EXPECTED}") from error
    except orjson.JSONDecodeError as error:
        raise PackError(f"{path}: not JSON: {error}; expected {SIGNAL_EXPECTED}") from error
    good = isinstance(content, dict) and isinstance(content.get("source"), str)
    if not good or not isinstance(content.get("body"), dict):
        raise PackError(f"{path}: source or body is missing; expected {SIGNAL_EXPECTED}")
    return {"source": content["source"], "body": content["body"]}


def reasons(error: ValidationError) -> str:
    """Say what pydantic found in one line: `field: reason; field: reason`."""
    return "; ".join(f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors())


def _why(error: OSError) -> str:
    return "the file is missing" if isinstance(error, FileNotFoundError) else str(error)
