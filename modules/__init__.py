"""What education offers: Programme, LearningGoal, Elective, Module, ModuleRun, Enrolment.

Imports partners and oil_portal.core. The import of goals is in `importing.py` (reading, no database) and
`services.py` (writing).
"""
