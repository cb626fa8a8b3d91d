"""The table of HTTP operations on budgets. Pure."""

from inquest.api.domain.budget_requests import (
    BudgetCleared,
    BudgetExplained,
    BudgetsAnswer,
    ClearBudgetBody,
    ExplainBudgetBody,
    SaveBudgetBody,
)
from inquest.api.domain.operation import Operation
from inquest.api.domain.requests import TenantQuery
from inquest.contracts.latest import SavedBudget

BUDGETS = "/v1/budgets"

BUDGET_OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "list_budgets",
        "GET",
        BUDGETS,
        "Profiles, quotas, and the saved defaults of users and teams",
        "budgets.read",
        "BudgetService.List",
        TenantQuery,
        None,
        BudgetsAnswer,
    ),
    Operation(
        "save_budget",
        "POST",
        BUDGETS,
        "Save a default: one's own; with budgets.govern that of a team or of anybody",
        "budgets.write",
        "BudgetService.Save",
        TenantQuery,
        SaveBudgetBody,
        SavedBudget,
    ),
    Operation(
        "clear_budget",
        "POST",
        f"{BUDGETS}/clear",
        "Take a saved default away",
        "budgets.write",
        "BudgetService.Clear",
        TenantQuery,
        ClearBudgetBody,
        BudgetCleared,
    ),
    Operation(
        "explain_budget",
        "POST",
        f"{BUDGETS}/explain",
        "The limits that a new investigation would have, and who set each",
        "budgets.read",
        "BudgetService.Explain",
        TenantQuery,
        ExplainBudgetBody,
        BudgetExplained,
    ),
)
