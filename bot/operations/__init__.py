"""For operators: logs, metrics, health checks, statistics."""
