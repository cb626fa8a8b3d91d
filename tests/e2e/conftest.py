"""End-to-end tests run on `Lab`: the whole system in this process."""

from inquest.testkit.lab import lab, shared_packs

__all__ = ["lab", "shared_packs"]
