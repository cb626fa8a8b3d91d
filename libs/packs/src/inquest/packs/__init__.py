"""Read, check and write incident packs."""
