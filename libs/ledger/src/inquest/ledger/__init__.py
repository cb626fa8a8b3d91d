"""What all replicas share about use of the outside: budgets, governors, health of providers (ADR 0016)."""

from inquest.ledger.choose import open_ledger
from inquest.ledger.port import (
    Account,
    Budget,
    Circuit,
    Draw,
    Governor,
    Health,
    Ledger,
    LedgerAway,
    Refusal,
    Spent,
)

__all__ = [
    "Account",
    "Budget",
    "Circuit",
    "Draw",
    "Governor",
    "Health",
    "Ledger",
    "LedgerAway",
    "Refusal",
    "Spent",
    "open_ledger",
]
