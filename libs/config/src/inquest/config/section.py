"""What every part of inquest.yaml has in common: strict, immutable, and references instead of secrets."""

from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator

from inquest.config.secrets import check
from inquest.contracts.errors import Impossible
from inquest.contracts.message import ID_PATTERN


class Section(BaseModel):
    """One block of inquest.yaml. A key that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")

    @model_validator(mode="before")
    @classmethod
    def _empty_means_default(cls, value: Any) -> Any:
        # `sources:` with all its entries commented out is null in YAML, and means what its absence means.
        if not isinstance(value, dict):
            return {} if value is None else value
        refused = _refusing_null(cls)
        if not any(given is None and name in refused for name, given in value.items()):
            return value
        return {name: given for name, given in value.items() if given is not None or name not in refused}


@cache
def _refusing_null(section: type[BaseModel]) -> frozenset[str]:
    """Return the fields for which null is no value; looked up for every section of every tenant."""
    fields = section.model_fields.items()
    return frozenset(name for name, field in fields if type(None) not in get_args(field.annotation))


def _secret_ref(value: str) -> str:
    try:
        check(value)
    except Impossible as error:
        raise ValueError(str(error)) from error
    return value


def _one_or_more(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _absolute(value: Path, info: ValidationInfo) -> Path:
    # Relative paths mean "beside the file they are written in": services run in other working directories.
    base = (info.context or {}).get("base")
    return value if base is None else Path(base) / value


def _web_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an http:// or https:// URL with a host")
    if parts.username or parts.password:
        raise ValueError("must not carry a user or password; hold credentials by reference")
    return value


Name = Annotated[str, Field(pattern=ID_PATTERN)]
"""An id of Inquest's own: lower case letters, digits and '-', at most 48 characters."""

ServiceName = Annotated[str, Field(min_length=1, max_length=200)]
"""The name of a service as telemetry and people write it."""

SecretRef = Annotated[str, AfterValidator(_secret_ref), Field(examples=["env:PAGERDUTY_SECRET", "file:/run/secret"])]
"""Where a secret lies: `env:NAME` or `file:/absolute/path`. Never the secret itself."""

SecretRefs = Annotated[tuple[SecretRef, ...], BeforeValidator(_one_or_more, json_schema_input_type=str | list[str])]
"""One reference, or several that are all valid while a secret is rotated."""

FilePath = Annotated[Path, AfterValidator(_absolute)]
"""A path; a relative one is beside the file it is written in."""

WebUrl = Annotated[str, AfterValidator(_web_url), Field(max_length=2000)]
"""An http or https URL without credentials."""
