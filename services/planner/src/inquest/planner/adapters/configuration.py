"""Terms from the applied configuration, and from what users and teams saved."""

from collections.abc import Sequence
from dataclasses import dataclass

from inquest.bus.port import KeyValue
from inquest.config.admission import AdmissionConfig
from inquest.config.budgets import Granted, levels_of, resolve
from inquest.config.store import ConfigCache, Revision
from inquest.contracts.errors import NotFound, RetryLater
from inquest.contracts.latest import BudgetChoice, Mode, SavedBudgets, StartInvestigation
from inquest.planner.domain.terms import Span, Terms


@dataclass(frozen=True, slots=True)
class AppliedConfiguration:
    """Implements Configuration over the cached newest revision; `saved` holds the defaults of users and teams."""

    cache: ConfigCache
    saved: KeyValue

    async def terms(self, tenant: str, mode: Mode | None = None) -> Terms:
        """See Configuration."""
        revision = await self._revision(tenant)
        chosen = mode or revision.config.tenant(tenant).mode
        limits = revision.config.limits(tenant, chosen)
        return _terms(revision, tenant, Granted(chosen, chosen, limits))

    async def granted(self, tenant: str, services: Sequence[str], start: StartInvestigation | None = None) -> Terms:
        """See Configuration."""
        revision = await self._revision(tenant)
        entry = await self.saved.get(tenant)
        saved = SavedBudgets.model_validate_json(entry.value) if entry else SavedBudgets()
        config = revision.config
        user, run = (start.requested_by, run_of(start)) if start else (None, None)
        levels = levels_of(config, tenant, saved, services, user=user, run=run)
        default = start.mode if start else config.tenant(tenant).mode
        mode = start.mode if start and start.mode_given else None
        return _terms(revision, tenant, resolve(config, tenant, levels, default, mode=mode))

    async def _revision(self, tenant: str) -> Revision:
        """Return the newest revision. A tenant that is not known yet may have been applied a moment ago: load again."""
        if tenant not in self.cache.current.config.tenants:
            await self.cache.start()
        try:
            self.cache.current.config.tenant(tenant)
        except NotFound as error:
            raise RetryLater(f"{error}; apply a configuration that has it") from error
        return self.cache.current

    def admission(self, tenant: str) -> AdmissionConfig:
        """See Configuration. A single source shuts nobody out: its share is the whole."""
        found = self.cache.current.config.tenants.get(tenant)
        if found is None:
            return AdmissionConfig()
        return found.admission if len(found.sources) > 1 else found.admission.model_copy(update={"source_share": 1.0})


def run_of(start: StartInvestigation) -> BudgetChoice | None:
    """Return what the run itself chose: a mode that was given is a profile that was chosen."""
    choice = start.budget or BudgetChoice()
    if choice.profile is None and start.mode_given:
        choice = choice.model_copy(update={"profile": start.mode})
    return choice if choice != BudgetChoice() else None


def _terms(revision: Revision, tenant_id: str, granted: Granted) -> Terms:
    config, tenant = revision.config, revision.config.tenant(tenant_id)
    mode, recording = config.mode(granted.mode), tenant.recording
    return Terms(
        mode=granted.mode,
        limits=granted.limits,
        capabilities=mode.capabilities,
        lookback_s=mode.lookback_s,
        after_s=mode.after_s,
        baseline_s=mode.baseline_s,
        recording=Span(recording.window, recording.baseline) if recording else None,
        revision=revision.number,
        profile=granted.profile,
        shares=granted.shares,
        limits_from=granted.limits_from,
    )
