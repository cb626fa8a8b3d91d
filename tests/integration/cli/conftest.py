"""A real Prometheus server that scrapes a real exporter, from libs/testkit."""

from inquest.testkit.prometheus import exporter, prometheus

__all__ = ["exporter", "prometheus"]
