"""The region of the tests."""

from types import SimpleNamespace

from tests import factories as f


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
