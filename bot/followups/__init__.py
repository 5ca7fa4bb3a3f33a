"""What a question in a conversation refers to."""
