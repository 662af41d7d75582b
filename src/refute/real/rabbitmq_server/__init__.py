"""RabbitMQ for tests: started once a run, and a virtual host of its own for each test."""

from __future__ import annotations

from refute.real.rabbitmq_server.vhost import VirtualHost, rabbitmq

__all__ = ["VirtualHost", "rabbitmq"]
