"""Detectors and cause ranking: pure functions over telemetry."""
