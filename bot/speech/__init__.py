"""Speech: reading answers and digests aloud, and transcribing spoken questions."""
