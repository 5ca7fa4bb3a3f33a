"""What every door stores of a conversation: turns, and references to passages."""
