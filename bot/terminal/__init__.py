"""The command `selon`, and the conversation in the terminal."""
