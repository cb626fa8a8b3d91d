"""`inquest sources`: what may come in, and what to paste into a sender."""

from typing import Annotated

import typer

from inquest.cli.options import CONFIG_FILE, ConfigFile, Json

sources_app = typer.Typer(help="Where signals come from.", no_args_is_help=True)


@sources_app.command("list")
def list_sources(config: ConfigFile = CONFIG_FILE, as_json: Json = False) -> None:
    """List the sources of each tenant: their address, and how a delivery proves where it comes from."""
    from inquest.cli.sources import listing

    listing(config, as_json=as_json)


@sources_app.command("template")
def print_template(source: Annotated[str, typer.Argument(help="Such as datadog.")]) -> None:
    """Print the payload to paste into a sender that has none of its own."""
    from inquest.config.templates import template

    typer.echo(template(source), nl=False)
