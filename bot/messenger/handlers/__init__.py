"""What Selon does with what people send, one kind of thing a module."""
