"""Terms from the applied configuration."""

from dataclasses import dataclass

from inquest.config.admission import AdmissionConfig
from inquest.config.store import ConfigCache, Revision
from inquest.contracts.errors import NotFound, RetryLater
from inquest.contracts.latest import Mode
from inquest.planner.domain.terms import Span, Terms


@dataclass(frozen=True, slots=True)
class AppliedConfiguration:
    """Implements Configuration over the cached newest revision."""

    cache: ConfigCache

    async def terms(self, tenant: str, mode: Mode | None = None) -> Terms:
        """See Configuration. A tenant that is not known yet may have been applied a moment ago: load again."""
        if tenant not in self.cache.current.config.tenants:
            await self.cache.start()
        try:
            return _terms(self.cache.current, tenant, mode)
        except NotFound as error:
            raise RetryLater(f"{error}; apply a configuration that has it") from error

    def admission(self, tenant: str) -> AdmissionConfig:
        """See Configuration. A single source shuts nobody out: its share is the whole."""
        found = self.cache.current.config.tenants.get(tenant)
        if found is None:
            return AdmissionConfig()
        return found.admission if len(found.sources) > 1 else found.admission.model_copy(update={"source_share": 1.0})


def _terms(revision: Revision, tenant_id: str, wanted: Mode | None) -> Terms:
    config, tenant = revision.config, revision.config.tenant(tenant_id)
    chosen = wanted or tenant.mode
    mode, recording = config.mode(chosen), tenant.recording
    return Terms(
        mode=chosen,
        limits=config.limits(tenant_id, chosen),
        capabilities=mode.capabilities,
        lookback_s=mode.lookback_s,
        after_s=mode.after_s,
        baseline_s=mode.baseline_s,
        recording=Span(recording.window, recording.baseline) if recording else None,
        revision=revision.number,
    )
