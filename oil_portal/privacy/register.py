"""The register of what is kept about people, and why: one line per model that points to or describes a person.

A line names every field that does so. `tests/test_privacy_register.py` fails when a model gets such a field without a
line, so the register cannot fall behind. The page for staff, docs/privacy-register.md, "Mijn gegevens", the export and
the erasure all read it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

AGREEMENT = _("Nodig om mee te doen (overeenkomst)")
INTEREST = _("Nodig voor een goed en eerlijk verloop (gerechtvaardigd belang)")
CONSENT = _("Jouw toestemming")
DUTY = _("Wettelijke plicht: subsidies moeten te controleren zijn")

ACCOUNT = _("Zolang je een account hebt.")
PROJECT = _("Met je naam tot twee jaar na het einde van het project. Daarna zonder naam.")
REJECTED = _(
    "Met je naam tot vier weken na het einde als je niet geplaatst bent, anders twee jaar. Daarna zonder naam."
)
ASKED = _("Met je naam zolang je een account hebt. Daarna zonder naam.")
SHORT = _("Tot het verstuurd is, of tot je account weggaat.")
YEAR = _("Eén jaar.")
FROZEN = _("Zolang het rapport bewaard moet worden.")

SELF = _("Alleen jij en de beheerder.")
MEMBERS = _("Wie bij dezelfde organisatie hoort, en de makelaars.")
SIDES = _("Wie bij het vraagstuk of het project hoort.")
SCHOOL = _("De docent en de coördinator van je school.")
BROKERS = _("De makelaars.")
STAFF = _("Alleen de beheerder.")

LOGIN = _("Zodat je kunt inloggen en weet wat er speelt.")
BELONG = _("Zodat duidelijk is wie namens wie spreekt.")
MATCH = _("Zodat vragen en studenten bij elkaar komen.")
FOLLOW = _("Zodat iedereen kan nagaan wat er is gedaan en afgesproken.")
PROVE = _("Zodat leerdoelen, uren en geld kloppen.")
SAFE = _("Zodat een fout of misbruik is terug te vinden.")


@dataclass(frozen=True)
class Line:
    """One model. `whose` are the look-ups that lead to the person; those in `goes` take the row along at erasure.

    `emptied` are fields that are made empty at erasure, in rows that stay without the person; `texts` holds what people
    wrote. `spared` says of which rows others need the whole: they stay, whatever `goes` says.
    """

    what: str
    why: str
    ground: str
    kept: str
    readers: str
    whose: tuple[str, ...] = ()
    goes: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    spared: models.Q | None = None

    @property
    def fields(self) -> set[str]:
        """The model's own fields that this line answers for."""
        return {name.split("__")[0] for name in self.whose} | set(self.emptied) | set(self.texts)


REGISTER: dict[str, Line] = {
    "partners.User": Line(
        _("Je account"), LOGIN, AGREEMENT, ACCOUNT, _("Je naam: wie met je werkt. De rest: jij en de beheerder."),
        ("id",), texts=("email", "first_name", "last_name"),
    ),
    "account.EmailAddress": Line(
        _("Je e-mailadressen"), LOGIN, AGREEMENT, ACCOUNT, SELF, ("user",), ("user",), texts=("email",)
    ),
    "account.EmailConfirmation": Line(
        _("Bevestigingen van je e-mailadres"), LOGIN, AGREEMENT, ACCOUNT, SELF, ("email_address__user",),
        ("email_address__user",),
    ),
    "mfa.Authenticator": Line(
        _("Je tweede stap bij het inloggen"), LOGIN, AGREEMENT, ACCOUNT, SELF, ("user",), ("user",)
    ),
    "usersessions.UserSession": Line(
        _("Waar je bent ingelogd"), SAFE, INTEREST, _("Tot je daar uitlogt, of twee weken na je laatste bezoek."), SELF,
        ("user",), ("user",),
    ),
    "socialaccount.SocialAccount": Line(
        _("Je schoolaccount"), LOGIN, AGREEMENT, ACCOUNT, SELF, ("user",), ("user",)
    ),
    "socialaccount.SocialToken": Line(  # SOCIALACCOUNT_STORE_TOKENS is off, so there are none
        _("Toegang tot je schoolaccount"), LOGIN, AGREEMENT, _("We bewaren dit niet."), STAFF, ("account__user",),
        ("account__user",), texts=("token", "token_secret"),
    ),
    "partners.Membership": Line(
        _("Waar je bij hoort"), BELONG, AGREEMENT, ACCOUNT, MEMBERS, ("user",), ("user",)
    ),
    "partners.Invitation": Line(
        _("Uitnodigingen"), BELONG, INTEREST, ACCOUNT, MEMBERS, ("invited_by", "email"), ("email",)
    ),
    "partners.PartnerNote": Line(
        _("Notities van makelaars die je schreef"), FOLLOW, INTEREST, ASKED, BROKERS, ("by",), texts=("text",)
    ),
    "core.Consent": Line(_("Je toestemmingen"), LOGIN, CONSENT, ACCOUNT, SELF, ("user",), ("user",)),
    "core.IdleWarning": Line(
        _("Waarschuwing dat je account weggaat"), LOGIN, INTEREST, ACCOUNT, SELF, ("user",), ("user",)
    ),
    "core.TimelineEntry": Line(
        _("Wat je deed"), FOLLOW, INTEREST, ASKED, SIDES, ("actor",), texts=("remark", "changes")
    ),
    "core.Notice": Line(_("Berichten aan jou"), LOGIN, AGREEMENT, ACCOUNT, SELF, ("recipient",), ("recipient",)),
    "core.DigestDelivery": Line(_("Overzichtsmails aan jou"), LOGIN, CONSENT, ACCOUNT, SELF, ("user",), ("user",)),
    "core.ToldItem": Line(_("Wat we je al mailden"), LOGIN, CONSENT, ACCOUNT, SELF, ("user",), ("user",)),
    "core.MailAddress": Line(
        _("Adressen waar mail niet aankomt"), LOGIN, INTEREST, ACCOUNT, STAFF, ("email",), ("email",)
    ),
    "core.Letter": Line(
        _("Mails die nog niet weg zijn"), LOGIN, AGREEMENT, SHORT, STAFF, ("to", "notice__recipient"),
        ("to", "notice__recipient"), texts=("context",),
    ),
    "modules.GoalImport": Line(
        _("Leerdoelen die je inlas"), PROVE, INTEREST, ASKED, SCHOOL, ("by",), texts=("text",)
    ),
    "modules.ModuleRun": Line(
        _("Modules die je geeft"), MATCH, AGREEMENT, ACCOUNT, _("Iedereen met een account."), ("teachers",),
        ("teachers",),
    ),
    "modules.Enrolment": Line(_("Modules die je volgt"), MATCH, AGREEMENT, ACCOUNT, SCHOOL, ("student",), ("student",)),
    "challenges.Challenge": Line(
        _("Vraagstukken waar je bij hoort"), MATCH, AGREEMENT, ASKED, SIDES, ("contact", "translator"),
        texts=("question", "why", "result"),
    ),
    "challenges.Assignment": Line(
        _("Opdrachten waar je akkoord op gaf"), FOLLOW, AGREEMENT, ASKED, SIDES, ("agreed_by",),
        texts=("text", "result"),
    ),
    "challenges.AssignmentVersion": Line(
        _("Versies die je stuurde of goedkeurde"), FOLLOW, AGREEMENT, ASKED, SIDES, ("sent_by", "agreed_by"),
        texts=("text", "result"),
    ),
    "challenges.GoalLink": Line(
        _("Leerdoelen die je koppelde"), MATCH, INTEREST, ASKED, SIDES, ("linked_by",)
    ),
    "challenges.GoalVerdict": Line(
        _("Leerdoelen die volgens jou wel of niet passen"), MATCH, INTEREST, ASKED, SIDES, ("by",)
    ),
    "challenges.Call": Line(
        _("Oproepen die je deed"), MATCH, INTEREST, ASKED, SIDES, ("by",), texts=("text",)
    ),
    "challenges.Upload": Line(_("Spreadsheets die je inlas"), MATCH, AGREEMENT, ACCOUNT, SELF, ("by",), ("by",)),
    "challenges.Draft": Line(
        _("Concepten"), MATCH, AGREEMENT, ACCOUNT, _("Alleen jij, en je collega's als je het deelt."),
        ("author", "written_by", "saved_by", "email"), ("author", "email"), texts=("values",),
        spared=models.Q(shared=True),
    ),
    "challenges.Attachment": Line(
        _("Bestanden die je toevoegde"), MATCH, AGREEMENT, ASKED, SIDES, ("added_by", "draft__author")
    ),
    "challenges.Remark": Line(
        _("Opmerkingen die je schreef"), FOLLOW, INTEREST, ASKED, SIDES, ("author",), texts=("text",)
    ),
    "challenges.Question": Line(
        _("Vragen die je stelde of beantwoordde"), MATCH, INTEREST, ASKED, SIDES, ("asker", "answered_by"),
        texts=("text", "answer"),
    ),
    "challenges.Interest": Line(
        _("Vraagstukken die je bekeek of bewaarde"), MATCH, INTEREST, ASKED,
        _("Alleen jij. Het bedrijf ziet aantallen."), ("student",),
    ),
    "projects.Project": Line(
        _("Projecten die je begeleidt"), MATCH, AGREEMENT, ASKED, SIDES, ("coach",), texts=("text",)
    ),
    "projects.Application": Line(
        _("Je aanmeldingen"), MATCH, AGREEMENT, REJECTED, SCHOOL, ("student",), emptied=("motivation",)
    ),
    "projects.Achievement": Line(_("Je leerdoelen"), PROVE, AGREEMENT, PROJECT, SIDES, ("student",)),
    "projects.Contribution": Line(
        _("Uren en geld die je invulde of bevestigde"), PROVE, DUTY, PROJECT, SIDES, ("by", "answered_by")
    ),
    "projects.Feedback": Line(
        _("Feedback"), PROVE, AGREEMENT, PROJECT, _("De schrijver en de lezer, en de begeleider."),
        ("student", "author"), texts=("good", "better"),
    ),
    "projects.MatchingRound": Line(_("Rondes die je maakte"), MATCH, INTEREST, ASKED, SCHOOL, ("made_by",)),
    "projects.CoachLimit": Line(
        _("Hoeveel teams je begeleidt"), MATCH, AGREEMENT, ACCOUNT, SCHOOL, ("coach",), ("coach",)
    ),
    "projects.Pair": Line(
        _("Plekken in een ronde die vastliggen"), MATCH, INTEREST, ASKED, SCHOOL, ("student", "by"), ("student",)
    ),
    "projects.FriendGroup": Line(
        _("Groepjes die je begon"), MATCH, AGREEMENT, ASKED, _("Wie in het groepje zit, en de coördinator."),
        ("made_by",),
    ),
    "projects.Participant": Line(
        _("Rondes waar je aan meedoet"), MATCH, AGREEMENT, ASKED, SCHOOL, ("student",), emptied=("answer",)
    ),
    "projects.Preference": Line(
        _("Je keuzes in een ronde"), MATCH, AGREEMENT, ACCOUNT, _("Jij, je groepje en de coördinator."),
        ("participant__student",), ("participant__student",),
    ),
    "projects.Favourite": Line(
        _("Voorkeuren van een begeleider"), MATCH, INTEREST, ACCOUNT, SCHOOL, ("student", "by"), ("student",)
    ),
    "projects.Proposal": Line(
        _("Indelingen die je liet maken"), MATCH, INTEREST, ASKED, SCHOOL, ("made_by",)
    ),
    "projects.ProposedSeat": Line(_("Je plek in een indeling"), MATCH, INTEREST, ASKED, SCHOOL, ("student",)),
    "projects.Profile": Line(
        _("Je profiel"), MATCH, CONSENT, ACCOUNT, _("Wie jij kiest."), ("student",), ("student",), texts=("about",)
    ),
    "reports.BusinessCase": Line(
        _("Businesscases die je maakte"), PROVE, INTEREST, ASKED, BROKERS, ("made_by",), texts=("remark",)
    ),
    "reports.Snapshot": Line(
        _("Rapporten die je vastzette"), PROVE, DUTY, FROZEN, BROKERS, ("made_by",),
        texts=("remark", "made_by_name"),
    ),
    "admin.LogEntry": Line(
        _("Wat je als beheerder deed"), SAFE, INTEREST, ASKED, STAFF, ("user",),
        texts=("object_id", "change_message"),
    ),
}  # fmt: skip

# Kept apart from the person's own pages: found by another way than a row's fields.
BESIDES = {
    "sessions.Session": Line(_("Dat je ingelogd bent"), LOGIN, AGREEMENT, _("Twee weken na je laatste bezoek."), STAFF),
    "pghistory.Context": Line(_("Wie een gegeven veranderde"), SAFE, INTEREST, YEAR, STAFF),
}

# Free text, but of organisations, curricula and projects: nobody is asked to write about a person there.
NO_PERSON = {
    "partners.Partner", "partners.ProjectCard", "partners.Lexeme", "modules.LearningGoal", "modules.Module",
    "projects.Outcome", "pghistory.Events", "pghistory.MiddlewareEvents",
}  # fmt: skip


def is_person(field: models.Field) -> bool:
    """Whether a field points to a person or holds an address."""
    related = field.related_model if field.is_relation else None
    return isinstance(field, models.EmailField) or getattr(related, "_meta", None) is _user()._meta


def _user() -> type[models.Model]:
    return apps.get_model(settings.AUTH_USER_MODEL)


def is_history(model: type[models.Model]) -> bool:
    """Whether a model is a history table of pghistory, which follows the line of what it is the history of."""
    return hasattr(model, "pgh_tracked_model")


def lines() -> Iterator[tuple[type[models.Model], Line]]:
    """Every model with its line, in the register's order."""
    for label, line in REGISTER.items():
        yield apps.get_model(label), line
