"""The exporter that a real Prometheus scrapes."""

from inquest.testkit.prometheus import exporter

__all__ = ["exporter"]
