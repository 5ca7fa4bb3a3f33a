"""The commands that bring articles in and keep the index in step with them."""
