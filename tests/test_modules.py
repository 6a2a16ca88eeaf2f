"""The rules of modules and enrolments: who may, and what the database keeps."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from modules import services
from modules.models import Enrolment, Module, ModuleRun, projects_in, taught_by
from oil_portal.core import clock
from oil_portal.core.workflow import Refusal
from tests import factories as f

pytestmark = pytest.mark.django_db

PEOPLE = ("contact", "teacher", "other_teacher", "student", "coordinator", "broker", "newcomer")
TEACHES = {"teacher", "coordinator"}


def module(region, **values) -> Module:
    return Module(
        **{"school": region.school, "code": "SENS", "title": "Sensoren", "level": 4, "study_load": 240} | values
    )


def run(region, **values) -> ModuleRun:
    dates = {"starts": date(2031, 1, 6), "ends": date(2031, 6, 27)}
    return ModuleRun(**{"module": region.run.module, "period": "Periode 3"} | dates | values)


# --- Modules and runs -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("person", PEOPLE)
def test_who_saves_a_module_and_a_run(region, person):
    actor = getattr(region, person)
    if person in TEACHES:
        saved = services.save_module(actor=actor, module=module(region), goals=region.goals)
        assert set(saved.goals.all()) == set(region.goals)
        assert (
            services.save_run(actor=actor, run=run(region), teachers=[region.teacher]).teachers.get() == region.teacher
        )
    else:
        with pytest.raises(PermissionDenied):
            services.save_module(actor=actor, module=module(region), goals=region.goals)
        with pytest.raises(PermissionDenied):
            services.save_run(actor=actor, run=run(region), teachers=[])
        assert not Module.objects.filter(code="SENS").exists()


def test_a_teacher_of_a_lab_works_for_its_school(region):
    person = f.UserFactory(teacher=region.lab)
    assert services.save_module(actor=person, module=module(region), goals=region.goals).pk


@pytest.mark.parametrize(
    "values", [{"study_load": 19}, {"study_load": 1681}, {"title": ""}, {"level": 5}, {"code": ""}]
)
def test_a_module_that_cannot_be_is_refused(region, values):
    with pytest.raises(ValidationError) as error:
        services.save_module(actor=region.teacher, module=module(region, **values), goals=region.goals)
    assert set(error.value.message_dict) == set(values)


def test_a_code_is_used_once_per_school(region):
    services.save_module(actor=region.teacher, module=module(region), goals=region.goals)
    with pytest.raises(ValidationError):
        services.save_module(actor=region.teacher, module=module(region), goals=region.goals)
    other = module(region, school=region.other_school)
    assert services.save_module(actor=region.other_teacher, module=other, goals=region.goals).pk


def test_a_run_ends_after_it_starts_and_starts_once(region):
    with pytest.raises(ValidationError):
        services.save_run(actor=region.teacher, run=run(region, ends=date(2031, 1, 6)), teachers=[])
    services.save_run(actor=region.teacher, run=run(region), teachers=[])
    with pytest.raises(ValidationError):
        services.save_run(actor=region.teacher, run=run(region), teachers=[])
    with pytest.raises(IntegrityError), transaction.atomic():
        ModuleRun.objects.create(module=region.run.module, period="x", starts=date(2031, 2, 1), ends=date(2031, 1, 1))


def test_taught_by(region):
    other = f.ModuleRunFactory(module__school=region.other_school)
    other.teachers.add(region.other_teacher)
    assert list(taught_by(region.teacher)) == [region.run]
    assert list(taught_by(region.coordinator)) == [region.run]
    assert list(taught_by(region.other_teacher)) == [other]
    assert not taught_by(region.student).exists()


# --- Enrolments -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("person", PEOPLE)
def test_students_of_the_school_enrol(region, person):
    actor, later = getattr(region, person), f.ModuleRunFactory(module=f.ModuleFactory(school=region.school))
    if person == "student":
        services.enrol(actor=actor, run=later)
        services.enrol(actor=actor, run=later)
        assert Enrolment.objects.filter(student=actor, run=later).count() == 1
    else:
        with pytest.raises(Refusal):
            services.enrol(actor=actor, run=later)


def test_nobody_enrols_in_what_has_ended_or_at_another_school(region):
    ended = f.ModuleRunFactory(module__school=region.school, starts=clock.today() - timedelta(days=100),
                               ends=clock.today() - timedelta(days=1))  # fmt: skip
    last_day = f.ModuleRunFactory(module__school=region.school, starts=clock.today() - timedelta(days=9),
                                  ends=clock.today())  # fmt: skip
    services.enrol(actor=region.student, run=last_day)
    for run_ in (ended, f.ModuleRunFactory(module__school=region.other_school)):
        with pytest.raises(Refusal):
            services.enrol(actor=region.student, run=run_)


def test_leaving_twice_changes_nothing(region):
    services.leave(actor=region.student, run=region.run)
    services.leave(actor=region.student, run=region.run)
    assert not region.student.enrolments.exists()
    services.leave(actor=region.newcomer, run=region.run)


# --- What is found ----------------------------------------------------------------------------------------------
def test_search_finds_title_code_and_elective():
    found = f.ModuleFactory(title="Slimme sensoren", code="SS-4", elective=f.ElectiveFactory(code="K0999"))
    f.ModuleFactory(title="Bloemen", code="BL-2")
    for text in ("sensor", "ss-4", "k0999", "duurzaam"):
        assert list(Module.objects.search(text)) == [found], text


def test_a_module_shows_only_projects_that_the_reader_may_see(region):
    shown = f.ProjectFactory(run=region.run)
    cancelled = f.ProjectFactory(run=region.run, cancelled=True)
    f.ProjectFactory()
    assert list(projects_in([region.run.pk], region.student, 9)) == [shown]
    assert set(projects_in([region.run.pk], region.teacher, 9)) == {shown, cancelled}


def test_the_newest_of_all_runs_come_first(region):
    other = f.ModuleRunFactory(module=region.run.module, starts=region.run.starts + timedelta(weeks=1))
    days = [clock.today() + timedelta(weeks=weeks) for weeks in (3, 9, 5, 7)]
    made = [f.ProjectFactory(run=run, starts=day, ends=day + timedelta(weeks=10), closing_date=day)
            for day, run in zip(days, (region.run, other, region.run, other), strict=True)]  # fmt: skip
    assert list(projects_in([region.run.pk, other.pk], region.teacher, 3)) == [made[1], made[3], made[2]]
    assert list(projects_in([], region.teacher, 3)) == []


def test_the_hue_is_the_labs_else_the_schools(region):
    assert region.run.module.hue == "smart"
    assert f.ModuleFactory(school=region.school).hue == "school"
