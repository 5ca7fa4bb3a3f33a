"""Alerts on unanswered questions and subscriptions to subjects."""
