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


rules.add_perm("modules.change_module", runs_the_school)
rules.add_perm("modules.enrol_modulerun", may_enrol)
