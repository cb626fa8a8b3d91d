"""`inquest topology permissions`: what the user of each service may do, as nats-server takes it."""

import json

import typer

from inquest.bus.users import allowed
from inquest.cli.session import echo_json
from inquest.contracts.errors import InquestError
from inquest.contracts.topology import SERVICES


def print_permissions(service: str | None, form: str) -> None:
    """Print the allow-lists of one service or of all. Raises InquestError for what there is not."""
    if service is not None and service not in SERVICES:
        raise InquestError(f"no service {service!r}; there are {', '.join(SERVICES)}")
    wanted = (service,) if service else SERVICES
    if form == "json":
        echo_json(allowed(service) if service else {name: allowed(name) for name in SERVICES})
    elif form == "nats":
        for name in wanted:
            rights = json.dumps(allowed(name))
            typer.echo(f"{{ user: {name}, password: $NATS_PASSWORD_{name.upper()}, permissions: {rights} }}")
    else:
        raise InquestError(f"no format {form!r}; there are json and nats")
