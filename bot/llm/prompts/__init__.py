"""The prompts: one file a purpose and language, `[role]` before each turn."""
