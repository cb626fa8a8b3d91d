"""The only door to NATS: publish, handle, request, settle."""
