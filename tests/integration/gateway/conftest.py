"""A real Prometheus server that scrapes a real exporter, and a real redis-server, from libs/testkit."""

from inquest.testkit.prometheus import exporter, prometheus
from inquest.testkit.redis import redis_server

__all__ = ["exporter", "prometheus", "redis_server"]
