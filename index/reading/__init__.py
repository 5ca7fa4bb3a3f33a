"""From ranked passages to the words that answer."""
