"""What a worker process needs to start."""

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from inquest.contracts.capabilities import CAPABILITIES
from inquest.runtime import ServiceSettings

KNOWN = tuple(capability.capability_id for capability in CAPABILITIES)


class Settings(ServiceSettings):
    """Environment INQUEST_CAPABILITIES, INQUEST_ANALYSES_MAX, and what every service takes."""

    capabilities: Annotated[tuple[str, ...], NoDecode] = KNOWN
    analyses_max: int = Field(default=6, ge=1, le=64)  # analyses at once in this process: bounds its memory

    @field_validator("capabilities", mode="before")
    @classmethod
    def _split_capabilities(cls, value: object) -> object:
        """A deployment writes `collect-symptoms,trace-failure-path`."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("capabilities")
    @classmethod
    def _known_capabilities(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(value) - set(KNOWN))
        if unknown or not value:
            raise ValueError(f"capabilities: {', '.join(unknown) or 'none given'}; known are {', '.join(KNOWN)}")
        return tuple(dict.fromkeys(value))
