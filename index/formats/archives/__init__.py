"""Archives and packed files: members, taken one by one within bounds."""
