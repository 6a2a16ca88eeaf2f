"""Shape of input for a student's choices in a matching round."""

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.choosing import PLACES, Choice
from projects.models import MOST_CHOICES, Participant

TOO_MANY = _("Kies hoogstens vijf projecten. Haal er eerst een weg.")
Groups = list[list[int]]  # project ids, best first; those in one list are equally wanted


# --- Moves: what a button does with the order ------------------------------------------------------------------
def up(groups: Groups, at: int, pk: int) -> None:
    """Out of its tie, or before the group above it."""
    if len(groups[at]) > 1:
        groups[at].remove(pk)
        groups.insert(at, [pk])
    elif at:
        groups[at - 1], groups[at] = groups[at], groups[at - 1]


def down(groups: Groups, at: int, pk: int) -> None:
    """Out of its tie, or after the group below it."""
    if len(groups[at]) > 1:
        groups[at].remove(pk)
        groups.insert(at + 1, [pk])
    elif at + 1 < len(groups):
        groups[at + 1], groups[at] = groups[at], groups[at + 1]


def tie(groups: Groups, at: int, pk: int) -> None:
    """As much wanted as the one before it."""
    if at:
        groups[at].remove(pk)
        groups[at - 1].append(pk)


def drop(groups: Groups, at: int, pk: int) -> None:
    groups[at].remove(pk)


MOVES = {"up": up, "down": down, "tie": tie, "untie": down, "drop": drop}


def moved(groups: Groups, action: str, pk: int) -> Groups:
    """The order after a move of one project; "add" puts it last. An unknown move changes nothing."""
    at = next((index for index, group in enumerate(groups) if pk in group), None)
    if action == "add" and at is None:
        groups.append([pk])
    elif action in MOVES and at is not None:
        MOVES[action](groups, at, pk)
    return [group for group in groups if group]


class RankingForm(forms.Form):
    """A choice of rank for each project, and perhaps the button of a move: `move` is 'up-12'."""

    move = forms.RegexField(r"^[a-z]+-\d{1,10}$", required=False, widget=forms.HiddenInput)

    def __init__(self, *args, choice: Choice, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.choice = choice
        options = [("", _("Geen keus")), *((str(place), label) for place, label in enumerate(PLACES, 1))]
        for project, entry in choice.offered.items():
            self.fields[f"keus-{project}"] = forms.TypedChoiceField(
                label=entry.project.title, choices=options, coerce=int, empty_value=None, required=False,
                initial=choice.ranks.get(project),
                error_messages={"invalid_choice": _("Kies een plaats uit de lijst.")},
            )  # fmt: skip

    def given(self) -> dict[int, int]:
        """{project: rank} as it stands in the selects, also of a form that was refused."""
        source = self.cleaned_data if self.is_bound and hasattr(self, "cleaned_data") else None
        if source is None:
            return dict(self.choice.ranks)
        order = {**self.choice.ranks, **self.choice.offered}  # those chosen before in their own order
        return {pk: rank for pk in order if (rank := source.get(f"keus-{pk}"))}

    def beside(self, *lists: list) -> None:
        """Give each entry on the page its `field`."""
        for entry in (each for entries in lists for each in entries):
            entry.field = self[f"keus-{entry.project_id}"]

    def clean(self) -> dict:
        """Apply the move, and say at the form what the whole may not be."""
        data = super().clean()
        given, (action, _dash, pk) = self.given(), (data.get("move") or "").partition("-")
        groups = [[] for _place in range(MOST_CHOICES + 1)]
        for project, place in given.items():
            groups[place].append(project)
        groups = [group for group in groups if group]
        if pk and int(pk) in self.choice.offered:
            groups = moved(groups, action, int(pk))
        self.ranks = {project: place for place, group in enumerate(groups, 1) for project in group}
        self.moved = int(pk) if pk and int(pk) in self.choice.offered else None
        if len(self.ranks) > MOST_CHOICES:
            self.add_error(None, TOO_MANY)
        return data


class LoadForm(forms.ModelForm):
    """How much study load somebody has for a project."""

    class Meta:
        model = Participant
        fields = ["load"]
        labels = {"load": _("Hoeveel tijd heb je?")}
        widgets = {"load": forms.RadioSelect}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["load"].choices = Participant.Load.choices
