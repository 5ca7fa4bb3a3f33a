"""Voices: answers and digests read aloud, and spoken questions heard."""
