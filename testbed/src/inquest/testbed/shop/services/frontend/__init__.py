"""The process `frontend`."""
