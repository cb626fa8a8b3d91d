"""What each kind of channel is handed: pure renderers, one file per kind."""
