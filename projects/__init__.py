"""What happens: Project, Application, Achievement, Outcome.

Imports challenges, modules, partners and oil_portal.core. Statuses are in `workflow.py`, who may do what in
`permissions.py`; `goals.py` says which goals a student has open, and how a project fits.
"""
