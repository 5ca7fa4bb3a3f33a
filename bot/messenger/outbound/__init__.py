"""From answers to messages, delivered."""
