"""What a message means: one table of intents, and the model that reads it with its context."""
