"""What an earlier investigation read, exported to a folder."""

from typing import Literal, get_args

from pydantic import Field

from inquest.config.provider_section import ProviderSettings
from inquest.config.section import FilePath, Section
from inquest.contracts.v1.tools import Domain


class RecordingSettings(Section):
    """A folder that `inquest recording export` wrote."""

    path: FilePath = Field(description="The folder.")


class RecordingProvider(ProviderSettings):
    """Answers as the sources of an earlier investigation did."""

    kind: Literal["recording"]
    domains: tuple[Domain, ...] = Field(default=get_args(Domain), min_length=1, description="Domains it serves.")
    settings: RecordingSettings
