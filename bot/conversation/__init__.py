"""What every interface stores of a conversation: turns, and references to passages."""
