"""The floor of the house. Knows no app: time, refusals, workflow, timeline, notices, mail and template tags.

A thing enters this room only when three apps need it. It holds at most ten files.
"""
