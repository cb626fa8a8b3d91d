"""Which signals are one incident: a pure fold over one tenant's signals, timers and what people say."""

from inquest.intake.domain.correlation.book import Book
from inquest.intake.domain.correlation.fold import Effect, Folded, finish, fold, fold_due
from inquest.intake.domain.correlation.people import merge, split
from inquest.intake.domain.correlation.place import Rules
from inquest.intake.domain.correlation.state import Incidents

__all__ = ["Book", "Effect", "Folded", "Incidents", "Rules", "finish", "fold", "fold_due", "merge", "split"]
