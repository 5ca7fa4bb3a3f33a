"""What every door stores of a conversation: turns, and the passages behind their answers."""
