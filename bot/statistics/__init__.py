"""What those who run the bot see of its use: figures, a picture, and what was asked in vain."""
