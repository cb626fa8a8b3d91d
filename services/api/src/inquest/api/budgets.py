"""The operations on budgets, the same over HTTP and gRPC: who may, what is written, and the record of it."""

from collections.abc import Callable
from dataclasses import dataclass

from inquest.api.domain.budget_requests import (
    BudgetCleared,
    BudgetExplained,
    BudgetsAnswer,
    ClearBudgetBody,
    ExplainBudgetBody,
    SaveBudgetBody,
)
from inquest.api.domain.budgets import checked, overview, with_saved, without_saved
from inquest.api.ports import Clock
from inquest.api.stored import changed
from inquest.audit import AuditLog, Deed
from inquest.bus.port import KeyValue
from inquest.config import Config, TenantConfig
from inquest.config.budgets import levels_of, resolve
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import AuditAction, BudgetChoice, BudgetLevel, SavedBudget, SavedBudgets
from inquest.identity import Principal
from inquest.telemetry.logs import get_logger

_log = get_logger("api")


@dataclass(frozen=True, slots=True)
class Budgets:
    """Every method raises Forbidden where the caller may not, before anything else happens."""

    saved: KeyValue
    config: Callable[[], Config]
    clock: Clock
    audit: AuditLog

    async def list(self, caller: Principal, tenant: str | None) -> BudgetsAnswer:
        """Return what there is to choose from. Who is for some services alone sees no default but their own."""
        chosen = caller.may("budgets.read", tenant)
        found = await self._saved(chosen)
        if caller.is_scoped:
            found = SavedBudgets(saved=tuple(one for one in found.saved if (one.level, one.name) == _own(caller)))
        return overview(self._config(chosen), chosen, found)

    async def save(self, caller: Principal, tenant: str | None, body: SaveBudgetBody) -> SavedBudget:
        """Save the default of a user or team."""
        chosen, name = self._whose(caller, tenant, body.level, body.name)
        choice = checked(body.budget.choice(), self.config(), chosen)
        if choice == BudgetChoice():
            raise Impossible("budget: it says nothing; name a profile or a limit, or clear the default")
        one = SavedBudget(level=body.level, name=name, budget=choice, by=caller.name, at=self.clock())
        await self._audit(caller, chosen, "budget-saved", f"{one.level} {one.name}: {_short(choice)}")
        await changed(self.saved, chosen, SavedBudgets, lambda saved: with_saved(saved, one))
        return one

    async def clear(self, caller: Principal, tenant: str | None, body: ClearBudgetBody) -> BudgetCleared:
        """Take a saved default away, where there is one."""
        chosen, name = self._whose(caller, tenant, body.level, body.name)
        was_saved = (await self._saved(chosen)).of(body.level, name) is not None
        if was_saved:
            await self._audit(caller, chosen, "budget-cleared", f"{body.level} {name}")
            await changed(self.saved, chosen, SavedBudgets, lambda saved: without_saved(saved, body.level, name))
        return BudgetCleared(level=body.level, name=name, was_saved=was_saved)

    async def explain(self, caller: Principal, tenant: str | None, body: ExplainBudgetBody) -> BudgetExplained:
        """Return what a new investigation would get, by the same rules as the planner's."""
        chosen = caller.may("budgets.read", tenant)
        config = self._config(chosen)
        run = checked(body.budget.choice(), config, chosen) if body.budget else BudgetChoice()
        if run.profile is None and body.mode is not None:
            run = run.model_copy(update={"profile": body.mode})
        saved, said = await self._saved(chosen), run if run != BudgetChoice() else None
        levels = levels_of(config, chosen, saved, body.services, user=body.user or caller.name, run=said)
        granted = resolve(config, chosen, levels, "balanced", mode=body.mode)
        return BudgetExplained(
            mode=granted.mode,
            profile=granted.profile,
            limits=granted.limits,
            shares=granted.shares,
            limits_from=dict(granted.limits_from),
        )

    def _config(self, tenant: str) -> Config:
        """Return the configuration; a tenant that is not in it, or not yet, has nothing of its own."""
        config = self.config()
        return config.model_copy(update={"tenants": {tenant: TenantConfig(), **config.tenants}})

    def _whose(self, caller: Principal, tenant: str | None, level: BudgetLevel, name: str) -> tuple[str, str]:
        """Return the tenant, and the user or team. Raises Forbidden, Impossible for a team without a name."""
        chosen = caller.may("budgets.write", tenant)
        if level == "team" and not name:
            raise Impossible("name: of which team? It is an owner in the catalogue of services")
        if (level, name or caller.name) != _own(caller):
            caller.needs("budgets.govern")
        return chosen, name or caller.name

    async def _saved(self, tenant: str) -> SavedBudgets:
        entry = await self.saved.get(tenant)
        return SavedBudgets.model_validate_json(entry.value) if entry else SavedBudgets()

    async def _audit(self, caller: Principal, tenant: str, action: AuditAction, about: str) -> None:
        await self.audit.record(Deed(action, tenant, caller.name, "", about))
        _log.info("budget_changed", action=action, by=caller.name, tenant=tenant, about=about)


def _own(caller: Principal) -> tuple[BudgetLevel, str]:
    return "user", caller.name


def _short(choice: BudgetChoice) -> str:
    said = choice.model_dump(exclude_none=True, exclude={"shares"})
    shares = [f"{one.scope} {one.name}" for one in choice.shares]
    return ", ".join([*(f"{name} {value}" for name, value in said.items()), *shares])
