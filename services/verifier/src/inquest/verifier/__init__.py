"""Folds evidence into ranked hypotheses and a verdict."""
