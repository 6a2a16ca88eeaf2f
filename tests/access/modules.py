"""Who gets which answer below /modules/."""

from django.urls import reverse

from tests.access import FORBIDDEN, LOGGED_IN, PUBLIC, ROLES, Row

SCHOOL = {"teacher": 200, "coordinator": 200, "admin": 200}
COORDINATING = {"coordinator": 200, "admin": 200}
TEACHING = SCHOOL | {"other_teacher": 200}
DONE = dict.fromkeys(ROLES, 302)
REFUSED = dict.fromkeys(ROLES, 303) | {"visitor": 302}  # in words, back where the person was
ONLY_POST = dict.fromkeys(ROLES, 405) | {"visitor": 302}
PERIOD = {"period": "Periode 4", "starts": "2031-01-01", "ends": "2031-06-01"}


def of(name: str, obj: str, *args):
    """The path of `name` for the object that the world calls `obj`."""
    return lambda world: reverse(f"modules:{name}", args=[getattr(world, obj).pk, *args])


def first(name: str):
    """The path of `name` for the first goal of the world's module."""
    return lambda world: reverse(f"modules:{name}", args=[world.goals[0].pk])


ROWS = [
    Row("modules:list", lambda world: reverse("modules:list"), PUBLIC),
    Row("modules:add", lambda world: reverse("modules:add"), FORBIDDEN | TEACHING),
    Row("modules:detail", of("detail", "module"), PUBLIC),
    Row("modules:edit", of("edit", "module"), FORBIDDEN | SCHOOL),
    Row("modules:run_add", of("run_add", "module"), FORBIDDEN | SCHOOL),
    Row("modules:run_add", of("run_add", "module"), FORBIDDEN | dict.fromkeys(SCHOOL, 302), "post", PERIOD),
    Row("modules:enrol", of("enrol", "run"), ONLY_POST),
    Row("modules:enrol", of("enrol", "run"), REFUSED | dict.fromkeys(("student", "other_student", "admin"), 302),
        "post"),
    Row("modules:leave", of("leave", "run"), ONLY_POST),
    Row("modules:goals", lambda world: reverse("modules:goals"), PUBLIC),
    Row("modules:package", lambda world: reverse("modules:package"), LOGGED_IN),
    Row("modules:goal", first("goal"), PUBLIC),
    Row("modules:goal_edit", first("goal_edit"), FORBIDDEN | TEACHING),
    Row("modules:goal_edit", first("goal_edit"),
        FORBIDDEN | dict.fromkeys(TEACHING, 302), "post", {"explanation": "Je meet iets."}),
    Row("modules:import_add", lambda world: reverse("modules:import_add"), FORBIDDEN | COORDINATING),
    Row("modules:import", of("import", "goal_import"), FORBIDDEN | COORDINATING),
    Row("modules:import", of("import", "goal_import"), FORBIDDEN | dict.fromkeys(COORDINATING, 303), "post"),
    Row("modules:leave", of("leave", "run"), DONE, "post"),
]  # fmt: skip
