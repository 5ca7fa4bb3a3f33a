"""What Selon does with what people send, one feature a module; `features` is their table.

A module may have the name of the `bot.state` module whose rows it works on (alerts, announcements,
documents, votes).
"""
