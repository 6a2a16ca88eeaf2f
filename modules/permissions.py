"""Who may do what with modules."""

import rules

from modules.models import Module, ModuleRun
from oil_portal.core import clock
from partners import roles


@rules.predicate
def runs_the_school(user, module: Module | None) -> bool:
    """Teachers and coordinators of the school; without a module: of any school."""
    schools = roles.school_ids(user, roles.TEACHER, roles.COORDINATOR)
    return bool(schools) if module is None else module.school_id in schools


@rules.predicate
def may_enrol(user, run: ModuleRun | None) -> bool:
    """Students of the school, as long as the run has not ended."""
    return (
        run is not None and run.ends >= clock.today() and run.module.school_id in roles.school_ids(user, roles.STUDENT)
    )


@rules.predicate
def teaches_somewhere(user, _goal=None) -> bool:
    return roles.has(user, roles.TEACHER, roles.COORDINATOR)


@rules.predicate
def coordinates(user, _obj=None) -> bool:
    return roles.has(user, roles.COORDINATOR)


# What a goal means is written by whoever teaches; what the goals are, by coordinators.
rules.add_perm("modules.explain_learninggoal", teaches_somewhere)
rules.add_perm("modules.import_learninggoals", coordinates)
rules.add_perm("modules.change_module", runs_the_school)
rules.add_perm("modules.enrol_modulerun", may_enrol)
