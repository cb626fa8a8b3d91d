"""A small real system with faults to inject, which records incident packs."""
