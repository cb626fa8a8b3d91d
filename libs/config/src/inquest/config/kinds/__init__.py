"""The settings of each kind of provider, as inquest.yaml has them: one module per kind, found by its being here."""
