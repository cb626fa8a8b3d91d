"""inquest.yaml: schema, check, diff, revisions, service catalogue."""
