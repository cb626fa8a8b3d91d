"""Business records in a SQL database, by queries that are written here and nowhere else."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from inquest.config.provider_section import ProviderSettings
from inquest.config.section import FilePath, SecretRef, Section, ServiceName
from inquest.config.sql_text import parts

Column = Annotated[str, Field(min_length=1, max_length=63)]
ParameterName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]


class SqliteDatabase(Section):
    """A file on this machine's disk."""

    kind: Literal["sqlite"]
    path: FilePath = Field(description="The file, as the gateway sees it. Opened read only.")


class PostgresqlDatabase(Section):
    """A PostgreSQL server, or what speaks its protocol. Needs the extra inquest-gateway[sql]."""

    kind: Literal["postgresql"]
    host: str = Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.:_-]+$", description="Name or address.")
    port: int = Field(default=5432, ge=1, le=65535, description="Port.")
    database: str = Field(min_length=1, max_length=63, description="Name of the database.")
    user: str = Field(min_length=1, max_length=63, description="A role that may only read.")
    password: SecretRef | None = Field(default=None, description="Reference of its password.")
    tls: Literal["verify-full", "off"] = Field(
        default="verify-full", description="The certificate is checked against the name, or there is no TLS at all."
    )
    ca_file: FilePath | None = Field(
        default=None, description="Certificates (PEM) of the authority that signed the server's; none: the system's."
    )
    networks: tuple[IPv4Network | IPv6Network, ...] = Field(
        default=(), max_length=50, description="Private networks that the host's name may lead to."
    )


Database = Annotated[SqliteDatabase | PostgresqlDatabase, Field(discriminator="kind")]


class SqlParameter(Section):
    """What a name in a query stands for. Always a value of this type, never a piece of SQL."""

    value: Literal["id", "start", "end"] = Field(
        description="id: a key that is asked for, one after the other; start, end: of the window and of the baseline."
    )
    type: Literal["text", "integer", "uuid", "timestamp", "epoch-s", "epoch-ms"] = Field(
        default="text", description="How the database has it. A key of another form is asked for nowhere."
    )

    @model_validator(mode="after")
    def _type_fits(self) -> Self:
        if (self.type in {"text", "integer", "uuid"}) != (self.value == "id"):
            raise ValueError(f"{self.value} cannot be of type {self.type}")
        return self


class SqlQuery(Section):
    """One SELECT. Columns that are not named here become attributes under their own names."""

    kind: str = Field(
        pattern=r"^[a-z][a-z0-9-]{0,47}$", description="Kind of the objects that it finds, such as order."
    )
    sql: str = Field(
        min_length=8, max_length=20_000, description="One SELECT (or WITH … SELECT) with parameters as :name."
    )
    parameters: dict[ParameterName, SqlParameter] = Field(
        default_factory=dict, max_length=20, description="The parameters of the text, by their names."
    )
    id_column: Column = Field(default="id", description="Column with the key.")
    time_column: Column | None = Field(
        default=None, description="Column with the last change: a time, ISO 8601, or epoch seconds."
    )
    service: ServiceName | None = Field(default=None, description="Service that all of them belong to.")
    service_column: Column | None = Field(default=None, description="Column that names the service.")

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        used = {part.name for part in parts(self.sql) if part.name}
        if strange := sorted(used ^ self.parameters.keys()):
            raise ValueError(f"in the text or under parameters, but not in both: {', '.join(strange)}")
        if self.service and self.service_column:
            raise ValueError("give service or service_column, not both")
        return self

    @property
    def wants_id(self) -> bool:
        """Whether it needs a key."""
        return any(one.value == "id" for one in self.parameters.values())


class SqlSettings(Section):
    """A database and what is asked of it."""

    database: Database
    queries: tuple[SqlQuery, ...] = Field(min_length=1, max_length=100, description="What may be asked.")
    rows_max: PositiveInt = Field(default=1000, le=100_000, description="Most rows of one query.")
    statement_ms_max: PositiveInt = Field(default=5000, le=60_000, description="Longest time of one statement.")
    ids_max: PositiveInt = Field(default=50, le=1000, description="Most keys of one call.")


class SqlProvider(ProviderSettings):
    """Serves objects from a SQL database."""

    kind: Literal["sql"]
    domains: tuple[Literal["objects"], ...] = Field(default=("objects",), min_length=1, description="Always objects.")
    settings: SqlSettings
