"""Whether the changes that sources report reach investigations."""

from inquest.cli.finding import Finding
from inquest.config import TenantConfig

FIX = "add `{name: doors, kind: received}` under providers, so that investigations ask which change came before a fault"


def changes_findings(tenant_id: str, tenant: TenantConfig) -> list[Finding]:
    """Return what is to be said about the changes of a tenant: nothing where no source is one of changes."""
    if tenant.recording is not None or tenant.source("github") is None:
        return []
    if any(provider.kind == "received" for provider in tenant.providers):
        return []
    return [Finding(f"{tenant_id}: changes", "warn", "what GitHub reports is read by no investigation", FIX)]


async def probe_received(_: object) -> str:
    """Return what there is to say about the provider itself: it lives on the bus."""
    return "serves the changes that this tenant's sources report"
