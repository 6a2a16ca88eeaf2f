"""What partners ask: Challenge, Assignment (the translation), GoalLink.

Imports modules, partners and oil_portal.core. Statuses are in `workflow.py`, who may do what in `permissions.py`.
A challenge that has projects follows them: projects calls `services.settle`, never the other way round.
"""
