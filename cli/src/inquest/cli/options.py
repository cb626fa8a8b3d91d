"""Options and defaults that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

DATA_DIR = Path("var")
CONFIG_FILE = Path("inquest.yaml")
NATS_URL = "nats://127.0.0.1:4222"

Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
ConfigFile = Annotated[Path, typer.Option("--config", "-c", help="inquest.yaml; optional where it does not exist.")]
DataDir = Annotated[Path, typer.Option("--data-dir", help="Where the embedded system keeps its data.")]
NatsUrl = Annotated[str | None, typer.Option("--nats-url", envvar="INQUEST_NATS_URL", help="A running bus.")]
ApiUrl = Annotated[
    str | None, typer.Option("--api-url", envvar="INQUEST_API_URL", help="A running api; default: the local one.")
]
Tenant = Annotated[str, typer.Option("--tenant", envvar="INQUEST_TENANT", help="Whose incidents.")]
Zone = Annotated[
    str | None, typer.Option("--zone", envvar="INQUEST_ZONE", help="Time zone of printed times, as Europe/Paris.")
]
