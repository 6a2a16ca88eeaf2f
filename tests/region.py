"""The region of the tests: made once for the tests of a module, and undone after each to how it was made.

Its rows lie in a transaction around the tests' own, which are savepoints in it, as Django's `setUpTestData` does for a
class. Each test gets objects of its own. A test with a real server or real commits makes its region by itself, and one
that asks for a database without a region finds it empty.
"""

from copy import deepcopy
from types import SimpleNamespace

from django.db import transaction

from tests import factories as f

COMMITTING = {"transactional_db", "live_server"}


def make() -> SimpleNamespace:
    """A small region: one company and another one, one school with a lab, Economie071, and a person per role."""
    company, other_company = f.PartnerFactory(name="Marewijk Bouw"), f.PartnerFactory(name="Kasgroei")
    school = f.PartnerFactory(
        school=True, name="mboRijnland", brin="25LN", email_domains=["mborijnland.nl", "student.mborijnland.nl"]
    )
    other_school = f.PartnerFactory(school=True, name="Hogeschool Leiden", brin="21RI", email_domains=["hsleiden.nl"])
    lab = f.PartnerFactory(lab=True, name="CIV Smart Technology", parent=school)
    network = f.PartnerFactory(network=True, name="Economie071")
    run = f.ModuleRunFactory(module__school=school, module__lab=lab)
    teacher = f.UserFactory(email="docent@mborijnland.nl", teacher=school)
    run.teachers.add(teacher)
    student = f.UserFactory(email="student@student.mborijnland.nl", student=school)
    f.EnrolmentFactory(student=student, run=run)
    return SimpleNamespace(
        company=company,
        other_company=other_company,
        school=school,
        other_school=other_school,
        lab=lab,
        network=network,
        run=run,
        goals=list(run.module.goals.all()),
        contact=f.UserFactory(email="bedrijf@mail.example", contact=company),
        other_contact=f.UserFactory(email="ander@mail.example", contact=other_company),
        teacher=teacher,
        other_teacher=f.UserFactory(email="docent@hsleiden.nl", teacher=other_school),
        student=student,
        other_student=f.UserFactory(email="ander@student.mborijnland.nl", student=school),
        coordinator=f.UserFactory(email="coordinator@mborijnland.nl", coordinator=school),
        broker=f.UserFactory(email="makelaar@mail.example", broker=network),
        newcomer=f.UserFactory(email="nieuw@mail.example"),
    )


class Shared:
    """The region that tests of one module share, and the transaction that holds it."""

    def __init__(self) -> None:
        self.blocker = None  # pytest-django's, once there is a database
        self.module = self.made = self.around = None

    def prepare(self, item) -> None:
        """Before the test opens its own transaction: hold what it may share, drop what it may not find."""
        marker = item.get_closest_marker("django_db")
        names = set(item.fixturenames)
        commits = names & COMMITTING or (marker and marker.kwargs.get("transaction"))
        shares = "region" in names and not commits
        if self.made and (item.module is not self.module or (asks(item, names, marker) and not shares)):
            self.close()
        if shares and self.blocker and not self.made:
            self.open(item.module)

    def open(self, module) -> None:
        with self.blocker.unblock():
            self.around = transaction.atomic()
            self.around.__enter__()
            self.made, self.module = make(), module

    def close(self) -> None:
        """Undo the rows."""
        if self.made:
            with self.blocker.unblock():
                transaction.set_rollback(True)
                self.around.__exit__(None, None, None)
        self.made = None

    def copy(self) -> SimpleNamespace:
        return deepcopy(self.made) if self.made else make()


def asks(item, names: set[str], marker) -> bool:
    """Whether the test asks for a database at all."""
    return bool(marker or item.cls or "db" in names or names & COMMITTING)


shared = Shared()
