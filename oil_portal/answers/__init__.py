"""The answer promise: who answers what, reminders, one-tap answers, closing, and how often a partner answers in time.

`core.promises` keeps what was asked; everything here reads that and calls the services of the rooms.
"""
