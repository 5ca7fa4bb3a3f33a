"""What those who run Selon see of it: logs, metrics, health, statistics."""
