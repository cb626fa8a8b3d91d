"""Serves one domain of one configured provider over the Model Context Protocol."""

from importlib.metadata import version
from pathlib import Path

from inquest.cli.session import run
from inquest.config import TenantConfig
from inquest.config.load import load
from inquest.config.provider_section import ProviderSettings
from inquest.contracts.errors import InquestError
from inquest.gateway.adapters.redactors import Redactors
from inquest.gateway.conformance.making import making

try:
    import uvicorn

    from inquest.gateway.mcp.server import http_app, serve_stdio, server_of
except ModuleNotFoundError as error:
    raise InquestError(f"serving needs {error.name}: install inquest-gateway[mcp]") from error


def serve(domain: str, provider: str, tenant_id: str, port: int | None, config_file: Path) -> None:
    """Serve until the client or a person ends it. Raises InquestError for what the configuration does not have."""
    tenant = load(config_file).tenants.get(tenant_id)
    if tenant is None:
        raise InquestError(f"{config_file} has no tenant {tenant_id}")
    found = [one for one in tenant.providers if one.name == provider]
    if not found:
        names = ", ".join(sorted(one.name for one in tenant.providers)) or "none"
        raise InquestError(f"tenant {tenant_id} has no provider {provider}; there are: {names}")
    if domain not in found[0].domains:
        raise InquestError(f"{provider} serves {', '.join(found[0].domains)}, not {domain}")
    run(_serve(domain, found[0], tenant_id, tenant, port))


async def _serve(
    domain: str, settings: ProviderSettings, tenant_id: str, tenant: TenantConfig, port: int | None
) -> None:
    (known,) = (one for one in settings.domains if one == domain)
    async with making(settings, tenant_id, tenant) as provider:
        redactor = Redactors().of(tenant_id, tenant.redaction)
        server = server_of(provider, known, tenant_id, version("inquest-gateway"), redactor)
        if port is None:
            await serve_stdio(server)
        else:
            config = uvicorn.Config(http_app(server), host="127.0.0.1", port=port, log_config=None)
            await uvicorn.Server(config).serve()
