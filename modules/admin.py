"""Support work on what schools teach."""

from django.contrib import admin

from modules.models import Elective, Enrolment, LearningGoal, Module, ModuleRun, Programme


@admin.register(Programme)
class ProgrammeAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "level", "edition"]
    list_filter = ["level"]
    search_fields = ["code", "name"]


@admin.register(LearningGoal)
class LearningGoalAdmin(admin.ModelAdmin):
    list_display = ["code", "title", "programme"]
    list_filter = ["programme"]
    list_select_related = ["programme"]
    search_fields = ["code", "title"]


@admin.register(Elective)
class ElectiveAdmin(admin.ModelAdmin):
    list_display = ["code", "title"]
    search_fields = ["code", "title"]


class RunInline(admin.TabularInline):
    model = ModuleRun
    extra = 0
    autocomplete_fields = ["teachers"]


@admin.register(Module)
class ModuleAdmin(admin.ModelAdmin):
    list_display = ["title", "school", "level", "study_load"]
    list_filter = ["school", "level"]
    list_select_related = ["school"]
    search_fields = ["title", "code"]
    autocomplete_fields = ["goals", "elective", "programme"]
    inlines = [RunInline]


@admin.register(Enrolment)
class EnrolmentAdmin(admin.ModelAdmin):
    list_display = ["student", "run", "created_at"]
    list_select_related = ["student", "run__module"]
    search_fields = ["student__email", "run__module__title"]
    autocomplete_fields = ["student"]
    raw_id_fields = ["run"]
