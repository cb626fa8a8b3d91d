"""A real redis-server, from libs/testkit."""

from inquest.testkit.redis import redis_server

__all__ = ["redis_server"]
