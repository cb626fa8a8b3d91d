"""What all replicas share about use of the outside: budgets, governors, health of providers (ADR 0016)."""

from inquest.ledger.choose import open_ledger
from inquest.ledger.port import Account, Budget, Circuit, Governor, Health, Ledger, LedgerAway, Spent

__all__ = [
    "Account",
    "Budget",
    "Circuit",
    "Governor",
    "Health",
    "Ledger",
    "LedgerAway",
    "Spent",
    "open_ledger",
]
