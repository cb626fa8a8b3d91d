"""A server of the Model Context Protocol, with a mapping that says how its tools answer a domain."""

from typing import Annotated, Literal

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from inquest.config.http_section import HttpSettings
from inquest.config.provider_section import ProviderSettings
from inquest.config.section import FilePath, SecretRef, Section
from inquest.contracts.v1.tools import Domain

Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=200)]
Word = Annotated[str, Field(min_length=1, max_length=4000)]
Given = bool | int | float | Word | tuple[Word, ...]


class McpStdio(Section):
    """A server that is started as a process. Its arguments are a list; no shell ever sees them."""

    command: tuple[Word, ...] = Field(min_length=1, max_length=100, description="Program and arguments.")
    environment: dict[Variable, SecretRef] = Field(
        default_factory=dict, max_length=100, description="Variables it gets, by reference. It inherits PATH and HOME."
    )
    variables: dict[Variable, Word] = Field(
        default_factory=dict, max_length=100, description="Variables that are no secrets."
    )
    directory: FilePath | None = Field(default=None, description="Where it runs.")
    line_bytes_max: PositiveInt = Field(
        default=16 * 1024 * 1024, le=256 * 1024 * 1024, description="Longest answer; past it the server is ended."
    )
    idle_s: PositiveFloat = Field(default=120, description="A server that nobody has asked for so long is ended.")


class McpSettings(Section):
    """One server: either a process or an address, and how its tools are mapped."""

    mapping: str = Field(default="", max_length=100, description="Name of a mapping that comes with Inquest.")
    mapping_file: FilePath | None = Field(default=None, description="A mapping of your own.")
    stdio: McpStdio | None = Field(default=None, description="Start it.")
    http: HttpSettings | None = Field(default=None, description="Ask it over streamable HTTP; `url` is its endpoint.")
    values: dict[Word, Given] = Field(
        default_factory=dict, max_length=100, description="What the mapping calls settings, such as repositories."
    )
    misread_max: PositiveInt = Field(
        default=3, description="Answers in a row that no longer fit the mapping, before the provider rests."
    )

    @model_validator(mode="after")
    def _one_of_each(self) -> "McpSettings":
        if (self.stdio is None) == (self.http is None):
            raise ValueError("give either stdio or http")
        if bool(self.mapping) == (self.mapping_file is not None):
            raise ValueError("give either mapping or mapping_file")
        return self


class McpProvider(ProviderSettings):
    """Serves what the mapping maps."""

    kind: Literal["mcp"]
    domains: tuple[Domain, ...] = Field(min_length=1, description="Those of the mapping that are used.")
    settings: McpSettings
