"""`inquest provider new|test|list|review`: writing a provider, and knowing how good those are that one has."""

from pathlib import Path
from typing import Annotated

import typer

from inquest.cli.options import CONFIG_FILE, ConfigFile, Json, NatsUrl, Tenant

Domain = Annotated[str | None, typer.Option("--domain", "-d", help="Of this domain alone, such as logs.")]


def add_provider_sdk(app: typer.Typer) -> None:
    """Add them to `inquest provider`."""
    app.command("new")(new)
    app.command("test")(check)
    app.command("list")(list_)
    app.command("review")(review)


def new(
    name: Annotated[str, typer.Argument(help="The kind, as inquest.yaml will name it, such as deskly.")],
    domain: Annotated[str, typer.Option("--domain", "-d", help="What it is to serve, such as tickets.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write inquest-NAME into.")] = Path(),
) -> None:
    """Write a package with a working provider, its tests, and a server to test it on."""
    from inquest.cli.provider_new import new as write  # noqa: PLC0415 - keeps `inquest --help` fast

    write(name, domain, out)


def check(
    name: Annotated[str, typer.Argument(help="Name of the provider in inquest.yaml.")],
    domain: Domain = None,
    tenant: Tenant = "default",
    start: Annotated[str, typer.Option("--from", help="RFC 3339 or as -65m: there has to be something.")] = "-65m",
    end: Annotated[str, typer.Option("--to", help="RFC 3339 or as -5m: what is still coming in changes.")] = "-5m",
    service: Annotated[list[str] | None, typer.Option("--service", "-s", help="Of these services alone.")] = None,
    ask: Annotated[
        list[str] | None, typer.Option("--ask", metavar="FIELD=VALUE", help="Of the request, such as text=timeout.")
    ] = None,
    config: ConfigFile = CONFIG_FILE,
    nats_url: NatsUrl = None,
    as_json: Json = False,
) -> None:
    """Check a configured provider against its live source, reading only; exit status 1 where a check fails."""
    from inquest.cli.provider_test import Asked, examine_provider  # noqa: PLC0415 - keeps `inquest --help` fast

    asked = Asked(start, end, tuple(service or ()), tuple(ask or ()))
    examine_provider(name, domain, tenant, asked, config, nats_url, as_json=as_json)


def list_(
    tenant: Annotated[
        str | None, typer.Option("--tenant", envvar="INQUEST_TENANT", help="Of this tenant; without it: of all.")
    ] = None,
    domain: Domain = None,
    hours: Annotated[float, typer.Option(min=0, max=720, help="Calls of so many hours count.")] = 24,
    nats_url: NatsUrl = None,
    as_json: Json = False,
) -> None:
    """List the providers of the running system: health, calls, errors, latency, cost, last drift."""
    from inquest.cli.provider_list import list_providers  # noqa: PLC0415 - keeps `inquest --help` fast

    list_providers(tenant, domain, hours, nats_url, as_json=as_json)


def review(
    domain: Annotated[str | None, typer.Argument(help="Such as logs; without it: all.")] = None,
    tenant: Tenant = "default",
    days: Annotated[float, typer.Option(min=0, max=30, help="Calls of so many days count.")] = 7,
    questions: Annotated[
        int, typer.Option("--ask", min=0, max=100, help="Recorded questions that each is asked again; 0: none.")
    ] = 20,
    nats_url: NatsUrl = None,
    as_json: Json = False,
) -> None:
    """Compare the providers of a domain on recorded calls, and say keep or replace."""
    from inquest.cli.provider_review import review as compare  # noqa: PLC0415 - keeps `inquest --help` fast

    compare(tenant, domain, days, questions, nats_url, as_json=as_json)
