"""What people get today, word for word: at the edges only, so that what is within may move."""
