"""`inquest provider`: data sources, and serving one to others."""

from typing import Annotated

import typer

from inquest.cli.options import CONFIG_FILE, ConfigFile, Tenant
from inquest.cli.provider_sdk_app import add_provider_sdk
from inquest.cli.switching_app import add_switching

provider_app = typer.Typer(help="Data sources.", no_args_is_help=True)
add_provider_sdk(provider_app)
add_switching(provider_app)


@provider_app.command()
def serve(
    domain: Annotated[str, typer.Argument(help="What to serve, such as logs.")],
    provider: Annotated[str, typer.Option("--provider", "-p", help="Name of the provider in inquest.yaml.")],
    tenant: Tenant = "default",
    http: Annotated[int | None, typer.Option("--http", help="Port of 127.0.0.1; without it: stdin and stdout.")] = None,
    config: ConfigFile = CONFIG_FILE,
) -> None:
    """Serve a domain of a provider as an MCP server, read only, until stdin closes or Ctrl-C."""
    from inquest.cli.provider_serving import serve as start

    start(domain, provider, tenant, http, config)
